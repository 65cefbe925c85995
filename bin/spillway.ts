import { synthesize } from '../lib/app.ts';

synthesize(process.env);
