import { openApiOf } from "./document.ts";

// Composition root of `npm run openapi -- kiosk` and `-- admin`: prints what that listener serves.

const [listener] = process.argv.slice(2);
if (listener === "kiosk" || listener === "admin") {
  console.log(JSON.stringify(openApiOf(listener), undefined, 2));
} else {
  console.error("Say which listener: npm run openapi -- kiosk, or npm run openapi -- admin.");
  process.exitCode = 1;
}
