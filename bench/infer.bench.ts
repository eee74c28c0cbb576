import { defineBench } from './define.ts';
import { inferBench } from './infer-field.ts';

export default defineBench(inferBench(16));
