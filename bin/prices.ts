import { writePriceBook } from '../lib/prices/write-price-book.ts';

console.log(`price book ${writePriceBook()} written to lib/prices/price-book.json; review the diff, and lib/prices/overlay.ts`);
