import type { Language } from "../../contract/language.ts";
import { checkBarCode, checkQrCode } from "./check-codes.ts";

interface CardWords {
  readonly title: string;
  readonly what: string;
  readonly how: string;
}

const WORDS: Readonly<Record<Language, CardWords>> = {
  en: {
    title: "Check card",
    what: "Hold it before the kiosk’s reader: the kiosk says how it does, and what to do. Nothing is recorded.",
    how: "Print at 100 %, cut along the line.",
  },
  es: {
    title: "Tarjeta de control",
    what: "Ponla ante el lector del kiosco: dice cómo está y qué hacer. No se guarda nada.",
    how: "Imprime al 100 % y recorta por la línea.",
  },
  de: {
    title: "Prüfkarte",
    what: "Vor das Lesegerät des Kiosks halten: Er sagt, wie es ihm geht und was zu tun ist. Nichts wird festgehalten.",
    how: "Mit 100 % drucken, an der Linie ausschneiden.",
  },
  fr: {
    title: "Carte de contrôle",
    what: "Présentez-la au lecteur de la borne : elle dit comment elle va et que faire. Rien n’est gardé.",
    how: "Imprimez à 100 %, découpez le long de la ligne.",
  },
  ar: {
    title: "بطاقة فحص",
    what: "ضعها أمام قارئ الكشك: يقول كيف حاله وما العمل. لا يُسجَّل شيء.",
    how: "اطبع بنسبة 100 % وقص على الخط.",
  },
};

/** The card as one page of HTML that asks nobody for anything. Source of its size: ISO/IEC 7810, ID-1. */
export function checkCardPage(language: Language): string {
  const { title, what, how } = WORDS[language];
  const direction = language === "ar" ? "rtl" : "ltr";
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<title>${title}</title>
<style>
body { margin: 15mm; color: #000; background: #fff; font: 10pt/1.3 system-ui, sans-serif; }
.card { display: grid; grid-template-columns: 27mm 1fr; gap: 2mm 3mm; box-sizing: border-box;
  width: 85.6mm; height: 53.98mm; padding: 3mm; border: 0.2mm dashed #000; border-radius: 3.18mm; }
h1 { margin: 0 0 1mm; font-size: 14pt; line-height: 1.1; }
p { margin: 0; }
.card p { font-size: 8.5pt; line-height: 1.25; }
svg { display: block; }
.qr { width: 27mm; height: 27mm; }
.bars { grid-column: 1 / -1; direction: ltr; width: 68mm; height: 12mm; margin: auto; }
.how { margin-block-start: 5mm; }
</style>
</head>
<body>
<section class="card">
${checkQrCode()}
<div>
<h1>${title}</h1>
<p>${what}</p>
</div>
${checkBarCode()}
</section>
<p class="how">${how}</p>
</body>
</html>
`;
}
