/**
 * What comes after attract and thanks: loaded when the page already takes cards, so that it does not
 * stand between a cold start and the first scan.
 */
export { SPANISH } from "../words-spanish.ts";
export { BadPlaceScreen } from "./bad-place.tsx";
export { ClosingScreen } from "./closing.tsx";
export { DuplicateScreen } from "./duplicate.tsx";
export { KeypadScreen } from "./keypad.tsx";
export { OutOfServiceScreen } from "./out-of-service.tsx";
export { QuestionScreen } from "./question.tsx";
export { RefusedScreen } from "./refused.tsx";
