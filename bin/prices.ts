import { writePriceBook } from '../lib/prices/write-price-book.ts';

writePriceBook();
console.log('lib/prices/price-book.json is written; review the diff, and what lib/prices/overlay.ts and newer-models.ts say beside it');
