/** The client code of the demo's Target. */
export const DEMO_CLIENT = "demo";

/** Card numbers the demo's Target has seen on the web before: EAN-13, beginning with 2. */
export const DEMO_VISITORS = [
  "2912345678906",
  "2900000000018",
  "2900000000025",
  "2900000000032",
  "2900000000049",
  "2900000000056",
] as const;

/** A browser the demo's Target knows, as its own tag would have named it. */
export const DEMO_BROWSER = "1368007744041-575948.28_20";
