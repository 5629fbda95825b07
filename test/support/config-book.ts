import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { createConfigBook } from "../../src/proxy/config-book.ts";

/** The shipped configuration, and no other. */
export const EXAMPLE_BOOK = createConfigBook([EXAMPLE_CONFIG]);
