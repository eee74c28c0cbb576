export { openHttpDoor, type HttpDoor, type HttpDoorOptions } from './http.ts';
export { createRouter, type Outcome, type Router, type RouterOptions } from './router.ts';
export { Uploads } from './uploads.ts';
