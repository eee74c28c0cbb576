import { config } from 'zod';

// The page's policy forbids `eval`, which zod would try once to make itself faster.
config({ jitless: true });
