import type { KioskHealth } from "../../contract/kiosk-health.ts";
import type { Language } from "../../contract/language.ts";
import type { ScanSource } from "../../domain/card.ts";
import { pluralsIn } from "../plurals.ts";
import type { CheckFacts, CheckName, Problem, ProxyFacts, StorageFacts } from "./findings.ts";

/** What a check card's screen says: to people of a store, not to technicians. */
export interface CheckWords {
  readonly titleGood: string;
  readonly titleBad: (count: number) => string;
  readonly looking: string;
  readonly lead: string;
  readonly done: string;
  readonly names: Readonly<Record<CheckName, string>>;
  readonly sources: Readonly<Record<ScanSource | "camera", string>>;
  readonly kindNotTold: string;
  readonly perKey: (gap: string) => string;
  readonly wakeLocks: Readonly<Record<KioskHealth["wakeLock"], string>>;
  readonly bars: string;
  readonly sounds: Readonly<Record<NonNullable<CheckFacts["sound"]>, string>>;
  readonly storages: Readonly<Record<StorageFacts["state"], string>>;
  readonly free: (size: string) => string;
  readonly persisted: string;
  readonly nothingWaits: string;
  readonly waits: (count: number) => string;
  readonly oldest: (age: string) => string;
  readonly notCounted: string;
  readonly answers: Readonly<Record<ProxyFacts["answer"], string>>;
  readonly heard: (ago: string) => string;
  readonly neverHeard: string;
  /** What to do. */
  readonly advice: Readonly<Record<Problem, string>>;
}

const inEnglish = pluralsIn("en");
const inSpanish = pluralsIn("es");
const inGerman = pluralsIn("de");
const inFrench = pluralsIn("fr");
const inArabic = pluralsIn("ar");

const ENGLISH: CheckWords = {
  titleGood: "All is well here",
  titleBad: (count) =>
    inEnglish(count, { one: "# thing to look at", other: "# things to look at" }),
  looking: "One moment",
  lead: "That was a check card. Nothing of it is recorded.",
  done: "Back to shoppers",
  names: {
    scanner: "Reader",
    screen: "Screen",
    sound: "Sound",
    storage: "Storage",
    waiting: "Visits that wait",
    proxy: "Line to the server",
  },
  sources: {
    wedge: "types as a keyboard",
    hid: "USB HID",
    serial: "serial",
    camera: "camera",
    keypad: "keypad",
  },
  kindNotTold: "doesn’t tell the kind of code",
  perKey: (gap) => `${gap} a key`,
  wakeLocks: {
    held: "stays awake",
    released: "may rest now",
    refused: "isn’t kept awake",
    unsupported: "can’t be kept awake",
  },
  bars: "all bars above whole, to both edges?",
  sounds: {
    played: "Played just now. Did you hear it?",
    silenced: "Silent, as it was set",
    blocked: "None came out",
  },
  storages: { working: "works", full: "full", unavailable: "doesn’t work" },
  free: (size) => `${size} free`,
  persisted: "kept for good",
  nothingWaits: "None: all are sent",
  waits: (count) => inEnglish(count, { one: "# entry", other: "# entries" }),
  oldest: (age) => `the oldest for ${age}`,
  notCounted: "Can’t be counted",
  answers: {
    answers: "answers now",
    refuses: "is there, but doesn’t let this kiosk in",
    silent: "doesn’t answer now",
  },
  heard: (ago) => `last heard ${ago} ago`,
  neverHeard: "not heard since the start",
  advice: {
    slow: "It types almost too slowly. Calibrate it: staff area, Scanner.",
    "other-keyboard":
      "It types on another country’s keyboard. Cards are read all the same; calibrate it when you can.",
    small: "The page is too small. Switch to full screen and set the zoom to 100 %.",
    "may-sleep": "It may go dark in opening hours. Switch the machine’s screen saver off.",
    blocked:
      "Touch the screen, then show this card again. Still nothing? The browser’s flags forbid sound.",
    full: "Bring this kiosk to the network: it makes room by itself as visits are sent.",
    unavailable:
      "Restart this kiosk. If that doesn’t help, its browser’s storage is broken: call support.",
    "may-be-cleared":
      "The browser may clear it when the disk is short. Call support about the browser’s policy.",
    tight: "Little room is left. Free some of the disk, and look at the network.",
    old: "They are safe here and leave by themselves once the server answers: see the last line.",
    refuses: "Pair this kiosk again. Cards are taken meanwhile, and nothing is lost.",
    silent:
      "Look at the network cable or the Wi-Fi. Cards are taken meanwhile, and nothing is lost.",
  },
};

const SPANISH: CheckWords = {
  titleGood: "Aquí todo va bien",
  titleBad: (count) => inSpanish(count, { one: "# cosa que mirar", other: "# cosas que mirar" }),
  looking: "Un momento",
  lead: "Era una tarjeta de control. No se guarda nada de ella.",
  done: "Volver a los clientes",
  names: {
    scanner: "Lector",
    screen: "Pantalla",
    sound: "Sonido",
    storage: "Almacenamiento",
    waiting: "Visitas en espera",
    proxy: "Línea con el servidor",
  },
  sources: {
    wedge: "escribe como un teclado",
    hid: "USB HID",
    serial: "serie",
    camera: "cámara",
    keypad: "teclado en pantalla",
  },
  kindNotTold: "no dice el tipo de código",
  perKey: (gap) => `${gap} por tecla`,
  wakeLocks: {
    held: "sigue encendida",
    released: "puede descansar ahora",
    refused: "no se mantiene encendida",
    unsupported: "no puede mantenerse encendida",
  },
  bars: "¿se ven enteras las barras de arriba, de borde a borde?",
  sounds: {
    played: "Acaba de sonar. ¿Lo has oído?",
    silenced: "En silencio, como está configurado",
    blocked: "No ha salido ninguno",
  },
  storages: { working: "funciona", full: "lleno", unavailable: "no funciona" },
  free: (size) => `${size} libres`,
  persisted: "guardado para siempre",
  nothingWaits: "Ninguna: todas enviadas",
  waits: (count) => inSpanish(count, { one: "# entrada", other: "# entradas" }),
  oldest: (age) => `la más antigua desde hace ${age}`,
  notCounted: "No se pueden contar",
  answers: {
    answers: "responde ahora",
    refuses: "está ahí, pero no admite este kiosco",
    silent: "no responde ahora",
  },
  heard: (ago) => `último contacto hace ${ago}`,
  neverHeard: "sin contacto desde el arranque",
  advice: {
    slow: "Escribe casi demasiado despacio. Calíbralo: zona de personal, Lector.",
    "other-keyboard":
      "Escribe con el teclado de otro país. Las tarjetas se leen igual; calíbralo cuando puedas.",
    small: "La página es demasiado pequeña. Ponla a pantalla completa y con el zoom al 100 %.",
    "may-sleep": "Puede apagarse en horario de apertura. Quita el salvapantallas del equipo.",
    blocked:
      "Toca la pantalla y enseña otra vez esta tarjeta. ¿Nada? El navegador tiene el sonido prohibido.",
    full: "Conecta este kiosco a la red: hace sitio solo a medida que envía visitas.",
    unavailable:
      "Reinicia este kiosco. Si no ayuda, el almacenamiento del navegador está dañado: llama a soporte.",
    "may-be-cleared":
      "El navegador puede borrarlo si falta disco. Llama a soporte por la política del navegador.",
    tight: "Queda poco sitio. Libera disco y mira la red.",
    old: "Aquí están a salvo y salen solas cuando el servidor responda: mira la última línea.",
    refuses: "Vincula otra vez este kiosco. Mientras tanto lee tarjetas y no se pierde nada.",
    silent: "Mira el cable de red o el wifi. Mientras tanto lee tarjetas y no se pierde nada.",
  },
};

const GERMAN: CheckWords = {
  titleGood: "Hier ist alles gut",
  titleBad: (count) =>
    inGerman(count, { one: "# Sache zum Nachsehen", other: "# Sachen zum Nachsehen" }),
  looking: "Einen Moment",
  lead: "Das war eine Prüfkarte. Nichts davon wird festgehalten.",
  done: "Zurück zu den Kunden",
  names: {
    scanner: "Lesegerät",
    screen: "Bildschirm",
    sound: "Ton",
    storage: "Speicher",
    waiting: "Wartende Besuche",
    proxy: "Leitung zum Server",
  },
  sources: {
    wedge: "tippt als Tastatur",
    hid: "USB HID",
    serial: "seriell",
    camera: "Kamera",
    keypad: "Tastenfeld",
  },
  kindNotTold: "nennt die Art des Codes nicht",
  perKey: (gap) => `${gap} je Taste`,
  wakeLocks: {
    held: "bleibt wach",
    released: "darf jetzt ruhen",
    refused: "wird nicht wach gehalten",
    unsupported: "kann nicht wach gehalten werden",
  },
  bars: "alle Streifen oben ganz, bis an beide Ränder?",
  sounds: {
    played: "Eben gespielt. War er zu hören?",
    silenced: "Stumm, wie eingestellt",
    blocked: "Es kam keiner heraus",
  },
  storages: { working: "geht", full: "voll", unavailable: "geht nicht" },
  free: (size) => `${size} frei`,
  persisted: "bleibt erhalten",
  nothingWaits: "Keine: alle sind gesendet",
  waits: (count) => inGerman(count, { one: "# Eintrag", other: "# Einträge" }),
  oldest: (age) => `der älteste seit ${dative(age)}`,
  notCounted: "Nicht zu zählen",
  answers: {
    answers: "antwortet jetzt",
    refuses: "ist da, lässt diesen Kiosk aber nicht herein",
    silent: "antwortet jetzt nicht",
  },
  heard: (ago) => `zuletzt gehört vor ${dative(ago)}`,
  neverHeard: "seit dem Start nicht gehört",
  advice: {
    slow: "Es tippt fast zu langsam. Kalibriere es: Teambereich, Lesegerät.",
    "other-keyboard":
      "Es tippt auf der Tastatur eines anderen Landes. Karten werden trotzdem gelesen; kalibriere es bei Gelegenheit.",
    small: "Die Seite ist zu klein. Stelle auf Vollbild und den Zoom auf 100 %.",
    "may-sleep": "Er kann in der Öffnungszeit dunkel werden. Schalte den Bildschirmschoner aus.",
    blocked:
      "Berühre den Bildschirm und zeige diese Karte noch einmal. Immer noch nichts? Die Schalter des Browsers verbieten Ton.",
    full: "Bring diesen Kiosk ans Netz: Er macht von selbst Platz, sobald Besuche gesendet werden.",
    unavailable:
      "Starte diesen Kiosk neu. Hilft das nicht, ist der Speicher des Browsers defekt: Ruf die Technik.",
    "may-be-cleared":
      "Der Browser darf ihn leeren, wenn die Platte knapp wird. Ruf die Technik wegen der Browser-Richtlinie.",
    tight: "Es ist wenig Platz. Schaffe Platz auf der Platte und sieh nach dem Netz.",
    old: "Sie sind hier sicher und gehen von selbst, sobald der Server antwortet: siehe letzte Zeile.",
    refuses: "Kopple diesen Kiosk neu. Karten nimmt er trotzdem, und nichts geht verloren.",
    silent: "Sieh nach Netzkabel oder WLAN. Karten nimmt er trotzdem, und nichts geht verloren.",
  },
};

/** `3 Tage`, but `seit 3 Tagen`. */
function dative(age: string): string {
  return age.replace(/Tage$/, "Tagen");
}

const FRENCH: CheckWords = {
  titleGood: "Ici, tout va bien",
  titleBad: (count) => inFrench(count, { one: "# point à regarder", other: "# points à regarder" }),
  looking: "Un instant",
  lead: "C’était une carte de contrôle. Rien n’en est gardé.",
  done: "Revenir aux clients",
  names: {
    scanner: "Lecteur",
    screen: "Écran",
    sound: "Son",
    storage: "Stockage",
    waiting: "Visites en attente",
    proxy: "Ligne avec le serveur",
  },
  sources: {
    wedge: "tape comme un clavier",
    hid: "USB HID",
    serial: "série",
    camera: "caméra",
    keypad: "pavé à l’écran",
  },
  kindNotTold: "ne dit pas le type de code",
  perKey: (gap) => `${gap} par touche`,
  wakeLocks: {
    held: "reste allumé",
    released: "peut se reposer maintenant",
    refused: "n’est pas tenu allumé",
    unsupported: "ne peut pas être tenu allumé",
  },
  bars: "les barres du haut sont-elles entières, d’un bord à l’autre ?",
  sounds: {
    played: "Joué à l’instant. L’avez-vous entendu ?",
    silenced: "Muet, comme réglé",
    blocked: "Aucun n’est sorti",
  },
  storages: { working: "fonctionne", full: "plein", unavailable: "ne fonctionne pas" },
  free: (size) => `${size} libres`,
  persisted: "gardé pour de bon",
  nothingWaits: "Aucune : toutes sont envoyées",
  waits: (count) => inFrench(count, { one: "# entrée", other: "# entrées" }),
  oldest: (age) => `la plus ancienne depuis ${age}`,
  notCounted: "Impossible à compter",
  answers: {
    answers: "répond maintenant",
    refuses: "est là, mais n’admet pas cette borne",
    silent: "ne répond pas maintenant",
  },
  heard: (ago) => `dernier contact il y a ${ago}`,
  neverHeard: "aucun contact depuis le démarrage",
  advice: {
    slow: "Il tape presque trop lentement. Calibrez-le : espace équipe, Lecteur.",
    "other-keyboard":
      "Il tape sur le clavier d’un autre pays. Les cartes sont lues quand même ; calibrez-le dès que possible.",
    small: "La page est trop petite. Passez en plein écran, zoom à 100 %.",
    "may-sleep": "Il peut s’éteindre aux heures d’ouverture. Désactivez l’économiseur d’écran.",
    blocked:
      "Touchez l’écran, puis montrez encore cette carte. Toujours rien ? Le navigateur interdit le son.",
    full: "Reliez cette borne au réseau : elle fait de la place toute seule en envoyant les visites.",
    unavailable:
      "Redémarrez cette borne. Si rien ne change, le stockage du navigateur est abîmé : appelez l’assistance.",
    "may-be-cleared":
      "Le navigateur peut l’effacer si le disque manque. Appelez l’assistance pour la règle du navigateur.",
    tight: "Il reste peu de place. Libérez du disque et regardez le réseau.",
    old: "Elles sont à l’abri ici et partiront seules quand le serveur répondra : voyez la dernière ligne.",
    refuses:
      "Associez de nouveau cette borne. Elle prend les cartes en attendant, et rien n’est perdu.",
    silent:
      "Regardez le câble réseau ou le Wi-Fi. Elle prend les cartes en attendant, et rien n’est perdu.",
  },
};

const ARABIC: CheckWords = {
  titleGood: "كل شيء هنا على ما يرام",
  titleBad: (count) =>
    inArabic(count, {
      one: "أمر واحد يحتاج إلى نظرة",
      two: "أمران يحتاجان إلى نظرة",
      few: "# أمور تحتاج إلى نظرة",
      other: "# أمرًا يحتاج إلى نظرة",
    }),
  looking: "لحظة من فضلك",
  lead: "كانت هذه بطاقة فحص. لا يُسجَّل منها شيء.",
  done: "العودة إلى الزبائن",
  names: {
    scanner: "القارئ",
    screen: "الشاشة",
    sound: "الصوت",
    storage: "التخزين",
    waiting: "زيارات تنتظر",
    proxy: "الخط مع الخادم",
  },
  sources: {
    wedge: "يكتب كلوحة مفاتيح",
    hid: "\u2068USB HID\u2069",
    serial: "تسلسلي",
    camera: "كاميرا",
    keypad: "لوحة الأرقام",
  },
  kindNotTold: "لا يذكر نوع الرمز",
  perKey: (gap) => `${gap} لكل مفتاح`,
  wakeLocks: {
    held: "تبقى مضاءة",
    released: "يمكنها أن تستريح الآن",
    refused: "لا تبقى مضاءة",
    unsupported: "لا يمكن إبقاؤها مضاءة",
  },
  bars: "هل الأشرطة في الأعلى كاملة من حافة إلى حافة؟",
  sounds: {
    played: "صدر للتو. هل سمعته؟",
    silenced: "صامت كما ضُبط",
    blocked: "لم يخرج أي صوت",
  },
  storages: { working: "يعمل", full: "ممتلئ", unavailable: "لا يعمل" },
  free: (size) => `المتاح ${size}`,
  persisted: "محفوظ دائمًا",
  nothingWaits: "لا شيء: كلها أُرسلت",
  waits: (count) =>
    inArabic(count, {
      one: "قيد واحد",
      two: "قيدان",
      few: "# قيود",
      other: "# قيدًا",
    }),
  oldest: (age) => `أقدمها منذ ${age}`,
  notCounted: "لا يمكن عدّها",
  answers: {
    answers: "يجيب الآن",
    refuses: "موجود، لكنه لا يقبل هذا الكشك",
    silent: "لا يجيب الآن",
  },
  heard: (ago) => `آخر اتصال قبل ${ago}`,
  neverHeard: "لا اتصال منذ التشغيل",
  advice: {
    slow: "يكتب ببطء يكاد يمنع القراءة. عايِره: منطقة الموظفين، القارئ.",
    "other-keyboard": "يكتب بلوحة مفاتيح بلد آخر. تُقرأ البطاقات رغم ذلك؛ عايِره حين يمكنك.",
    small: "الصفحة صغيرة جدًا. اعرضها بملء الشاشة وبتكبير 100 %.",
    "may-sleep": "قد تنطفئ في ساعات العمل. أوقف شاشة التوقف في الجهاز.",
    blocked: "المس الشاشة ثم اعرض هذه البطاقة مرة أخرى. لا شيء؟ إعدادات المتصفح تمنع الصوت.",
    full: "صِل هذا الكشك بالشبكة: يفسح المكان بنفسه كلما أُرسلت الزيارات.",
    unavailable: "أعد تشغيل هذا الكشك. إن لم ينفع فتخزين المتصفح معطوب: اتصل بالدعم.",
    "may-be-cleared": "قد يمحوه المتصفح إذا ضاق القرص. اتصل بالدعم بشأن سياسة المتصفح.",
    tight: "بقي مكان قليل. أفسح مكانًا في القرص وانظر إلى الشبكة.",
    old: "هي آمنة هنا وتُرسل بنفسها حين يجيب الخادم: انظر السطر الأخير.",
    refuses: "اقرن هذا الكشك من جديد. يقرأ البطاقات في هذه الأثناء ولا يضيع شيء.",
    silent: "انظر إلى كابل الشبكة أو الواي فاي. يقرأ البطاقات في هذه الأثناء ولا يضيع شيء.",
  },
};

export const CHECK_WORDS = {
  en: ENGLISH,
  es: SPANISH,
  de: GERMAN,
  fr: FRENCH,
  ar: ARABIC,
} as const satisfies Readonly<Record<Language, CheckWords>>;
