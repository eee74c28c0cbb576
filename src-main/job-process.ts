import { runJobProcess } from './jobs/run-job-process.ts';
import { jobModules } from './workspace/job-modules.ts';

await runJobProcess(jobModules);
