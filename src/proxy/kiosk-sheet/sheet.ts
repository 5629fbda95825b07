import type { Language } from "../../contract/language.ts";
import { checkBarCode, checkQrCode } from "../check-card/check-codes.ts";
import { SHEET_WORDS, type SheetWords } from "./sheet-words.ts";

/**
 * One page for the wall of the back office, in one language: how to open the staff's side, what to do when
 * something is not as it should be, and the check card's codes. The PIN is never on it.
 */
export function sheetHtml(language: Language, brand: string): string {
  const words = SHEET_WORDS[language];
  const title = escaped(`${brand}: ${words.title}`);
  return `<!doctype html>
<html lang="${language}" dir="${language === "ar" ? "rtl" : "ltr"}">
<head>
<meta charset="utf-8">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="ribbon" aria-hidden="true">${RIBBON}</div>
<h1>${title}</h1>
<p class="lead">${escaped(words.lead)}</p>
<div class="top">
<section class="open">
<h2>${escaped(words.openTitle)}</h2>
<ol>${words.openSteps.map((step) => `<li>${escaped(step)}</li>`).join("")}</ol>
</section>
<section class="check">
<h2>${escaped(words.checkTitle)}</h2>
<div class="codes">${checkQrCode()}${checkBarCode()}</div>
<p>${escaped(words.checkText)}</p>
</section>
</div>
<h2>${escaped(words.whenTitle)}</h2>
<table>
<tbody>
${rowsOf(words)}
</tbody>
</table>
<p class="foot">${escaped(words.call)} <span class="line"></span></p>
</body>
</html>
`;
}

function rowsOf({ rows }: SheetWords): string {
  return rows
    .map(
      ([when, what]) => `<tr><th scope="row">${escaped(when)}</th><td>${escaped(what)}</td></tr>`,
    )
    .join("\n");
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The kiosk's awning, as far as a printer needs it: colour and width. */
const RIBBON = [
  ["#e5532d", 5],
  ["#74182f", 1],
  ["#e5532d", 6],
  ["#cf2a63", 8],
  ["#f7c0c1", 2],
  ["#edb13b", 9],
  ["#d98d2b", 4],
  ["#74182f", 2],
  ["#edb13b", 10],
  ["#f7c0c1", 4],
  ["#0e7272", 6],
  ["#cf2a63", 9],
  ["#74182f", 3],
  ["#e5532d", 6],
]
  .map(([colour, width]) => `<i style="background:${colour};flex:${width}"></i>`)
  .join("");

/** One A4 in every language, tried in Chromium. Sizes in points, to be read from a step away. */
const STYLE = `
@page { size: A4; margin: 10mm 14mm; }
* { box-sizing: border-box; margin: 0; }
html { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
body { max-width: 186mm; margin: 0 auto; color: #3a0f1a; font: 10.5pt/1.28 "Atkinson Hyperlegible Next", "Readex Pro", "Segoe UI", "Noto Sans", "Noto Sans Arabic", sans-serif; }
.ribbon { display: flex; height: 10mm; margin-bottom: 5mm; }
h1 { font-size: 24pt; line-height: 1.05; letter-spacing: -0.02em; }
[dir="rtl"] h1 { letter-spacing: 0; }
h2 { margin: 4mm 0 2mm; font-size: 14pt; line-height: 1.1; }
.lead { margin-top: 2mm; font-size: 12pt; }
.top { display: flex; gap: 8mm; align-items: stretch; }
.open { flex: 1; }
ol { padding-inline-start: 6mm; }
li { margin-bottom: 1.5mm; }
.check { width: 74mm; }
.codes { display: grid; place-items: center; gap: 2mm; padding: 2mm 0; border: 0.5mm dashed #8a5560; direction: ltr; }
.codes .qr { width: 26mm; height: 26mm; }
.codes .bars { width: 68mm; height: 10mm; }
.check p { margin-top: 2mm; font-size: 9.5pt; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 1.5mm 0; border-top: 0.2mm solid #8a5560; text-align: start; vertical-align: top; }
th { width: 38%; padding-inline-end: 6mm; font-weight: 650; }
.foot { display: flex; gap: 4mm; margin-top: 5mm; font-weight: 650; }
.line { flex: 1; border-bottom: 0.3mm solid #3a0f1a; }
`;
