/**
 * What is loaded once a reader of either kind is there: in one piece, since each piece of the app is a line
 * in what the service worker keeps.
 */
export { createHidScanner } from "./hid-scanner.ts";
export { createSerialScanner } from "./serial-scanner.ts";
