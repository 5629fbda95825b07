import type { Language } from "../contract/language.ts";
import type { LeavingTrouble } from "./leaving.ts";
import type { PairingTrouble } from "./pairing.ts";
import { pluralsIn } from "./plurals.ts";

/** What is said to whoever sets a kiosk up, or takes one away. */
export interface PairingWords {
  readonly title: string;
  readonly shutOut: string;
  readonly compare: string;
  readonly lead: string;
  readonly shutOutLead: string;
  readonly compareLead: string;
  readonly sentThen: (count: number) => string;
  readonly codeTyped: (typed: string, missing: number) => string;
  readonly code: string;
  readonly erase: string;
  readonly moment: string;
  readonly pair: string;
  readonly save: string;
  readonly saved: (count: number) => string;
  readonly troubles: Readonly<Record<PairingTrouble | "not-ours", string>>;
  readonly leave: (name: string) => string;
  readonly leaveLead: string;
  readonly leaveOwing: (count: number) => string;
  readonly saveThem: string;
  readonly stay: string;
  readonly unpair: string;
  readonly leavingTroubles: Readonly<Record<LeavingTrouble, string>>;
}

const inEnglish = pluralsIn("en");
const inSpanish = pluralsIn("es");
const inGerman = pluralsIn("de");
const inFrench = pluralsIn("fr");
const inArabic = pluralsIn("ar");

const arabicUpdates = (count: number): string =>
  inArabic(count, { one: "تحديث واحد", two: "تحديثان", few: "# تحديثات", other: "# تحديثًا" });

export const PAIRING_WORDS: Readonly<Record<Language, PairingWords>> = {
  en: {
    title: "Whose kiosk is this?",
    shutOut: "This kiosk was shut out",
    compare: "Compare and approve",
    lead: "Type the code from the admin side or npm run pair, or hold its QR code to the reader.",
    shutOutLead: "Its key was revoked. With a new code it works again.",
    compareLead: "Does the admin side show the same? Approve it there.",
    sentThen: (count) =>
      inEnglish(count, {
        one: "# update waits on it and will be sent then.",
        other: "# updates wait on it and will be sent then.",
      }),
    codeTyped: (typed, missing) => `Code ${typed}, ${missing} more`,
    code: "Pairing code",
    erase: "Erase the last character",
    moment: "One moment",
    pair: "Pair this kiosk",
    save: "Save what waits to a file",
    saved: (count) => `${count} saved. Bring the file to npm run import.`,
    troubles: {
      refused: "That code doesn’t pair a kiosk: mistyped, used or older than ten minutes.",
      throttled: "Too many wrong codes. Wait ten minutes and ask for a new one.",
      unreachable: "The proxy doesn’t answer. Check the network and try again.",
      "cannot-store": "This browser can’t keep a key. Check its storage settings.",
      "not-ours": "That isn’t one of our set-up codes.",
    },
    leave: (name) => `Unpair ${name}?`,
    leaveLead: "It will take no cards until somebody pairs it again.",
    leaveOwing: (count) =>
      inEnglish(count, {
        one: "# update waits on it. It can be unpaired once it is sent, or saved here and imported.",
        other:
          "# updates wait on it. It can be unpaired once they are sent, or saved here and imported.",
      }),
    saveThem: "Save them to a file",
    stay: "Keep it paired",
    unpair: "Unpair",
    leavingTroubles: {
      "still-owes": "It still has updates that nobody else has.",
      unreachable: "The proxy doesn’t answer, so nobody knows what would be lost.",
    },
  },
  es: {
    title: "¿De quién es este kiosco?",
    shutOut: "Este kiosco quedó excluido",
    compare: "Compara y aprueba",
    lead: "Escribe el código de la administración o de npm run pair, o pon su código QR ante el lector.",
    shutOutLead: "Su clave fue revocada. Con un código nuevo vuelve a funcionar.",
    compareLead: "¿La administración muestra lo mismo? Apruébalo allí.",
    sentThen: (count) =>
      inSpanish(count, {
        one: "# actualización espera en él y se enviará entonces.",
        other: "# actualizaciones esperan en él y se enviarán entonces.",
      }),
    codeTyped: (typed, missing) => `Código ${typed}, faltan ${missing}`,
    code: "Código de vinculación",
    erase: "Borrar el último carácter",
    moment: "Un momento",
    pair: "Vincular este kiosco",
    save: "Guardar lo que espera en un archivo",
    saved: (count) =>
      inSpanish(count, {
        one: "# guardada. Lleva el archivo a npm run import.",
        other: "# guardadas. Lleva el archivo a npm run import.",
      }),
    troubles: {
      refused:
        "Ese código no vincula ningún kiosco: mal escrito, usado o de hace más de diez minutos.",
      throttled: "Demasiados códigos equivocados. Espera diez minutos y pide uno nuevo.",
      unreachable: "El proxy no responde. Revisa la red y prueba otra vez.",
      "cannot-store": "Este navegador no puede guardar una clave. Revisa su almacenamiento.",
      "not-ours": "Ese no es uno de nuestros códigos de configuración.",
    },
    leave: (name) => `¿Desvincular ${name}?`,
    leaveLead: "No leerá tarjetas hasta que alguien lo vincule de nuevo.",
    leaveOwing: (count) =>
      inSpanish(count, {
        one: "# actualización espera en él. Se puede desvincular cuando se envíe, o se guarde aquí y se importe.",
        other:
          "# actualizaciones esperan en él. Se puede desvincular cuando se envíen, o se guarden aquí y se importen.",
      }),
    saveThem: "Guardarlas en un archivo",
    stay: "Dejarlo vinculado",
    unpair: "Desvincular",
    leavingTroubles: {
      "still-owes": "Aún tiene actualizaciones que nadie más tiene.",
      unreachable: "El proxy no responde: nadie sabe qué se perdería.",
    },
  },
  de: {
    title: "Wem gehört dieser Kiosk?",
    shutOut: "Dieser Kiosk wurde ausgeschlossen",
    compare: "Vergleichen und zustimmen",
    lead: "Tippe den Code aus der Verwaltung oder von npm run pair, oder halte seinen QR-Code vor das Lesegerät.",
    shutOutLead: "Sein Schlüssel wurde widerrufen. Mit einem neuen Code geht er wieder.",
    compareLead: "Zeigt die Verwaltung dasselbe? Stimme dort zu.",
    sentThen: (count) =>
      inGerman(count, {
        one: "# Eintrag wartet darauf und wird dann gesendet.",
        other: "# Einträge warten darauf und werden dann gesendet.",
      }),
    codeTyped: (typed, missing) => `Code ${typed}, noch ${missing}`,
    code: "Code zum Koppeln",
    erase: "Letztes Zeichen löschen",
    moment: "Einen Moment",
    pair: "Diesen Kiosk koppeln",
    save: "Wartendes in eine Datei sichern",
    saved: (count) => `${count} gesichert. Bring die Datei zu npm run import.`,
    troubles: {
      refused: "Dieser Code koppelt keinen Kiosk: vertippt, benutzt oder älter als zehn Minuten.",
      throttled: "Zu viele falsche Codes. Warte zehn Minuten und bitte um einen neuen.",
      unreachable: "Der Proxy antwortet nicht. Prüfe das Netz und versuche es noch einmal.",
      "cannot-store": "Dieser Browser kann keinen Schlüssel behalten. Prüfe seinen Speicher.",
      "not-ours": "Das ist keiner unserer Einrichtungscodes.",
    },
    leave: (name) => `${name} entkoppeln?`,
    leaveLead: "Er nimmt keine Karten an, bis ihn jemand wieder koppelt.",
    leaveOwing: (count) =>
      inGerman(count, {
        one: "# Eintrag wartet darauf. Er geht, sobald der gesendet ist, oder hier gesichert und importiert.",
        other:
          "# Einträge warten darauf. Er geht, sobald sie gesendet sind, oder hier gesichert und importiert.",
      }),
    saveThem: "In eine Datei sichern",
    stay: "Gekoppelt lassen",
    unpair: "Entkoppeln",
    leavingTroubles: {
      "still-owes": "Er hat noch Einträge, die sonst niemand hat.",
      unreachable: "Der Proxy antwortet nicht: Niemand weiß, was verloren ginge.",
    },
  },
  fr: {
    title: "À qui est cette borne ?",
    shutOut: "Cette borne a été exclue",
    compare: "Comparez et approuvez",
    lead: "Tapez le code de l’administration ou de npm run pair, ou présentez son code QR au lecteur.",
    shutOutLead: "Sa clé a été révoquée. Avec un nouveau code, elle remarche.",
    compareLead: "L’administration montre-t-elle la même chose ? Approuvez-y.",
    sentThen: (count) =>
      inFrench(count, {
        one: "# mise à jour y attend et partira alors.",
        other: "# mises à jour y attendent et partiront alors.",
      }),
    codeTyped: (typed, missing) => `Code ${typed}, encore ${missing}`,
    code: "Code d’association",
    erase: "Effacer le dernier caractère",
    moment: "Un instant",
    pair: "Associer cette borne",
    save: "Enregistrer ce qui attend dans un fichier",
    saved: (count) =>
      inFrench(count, {
        one: "# enregistrée. Apportez le fichier à npm run import.",
        other: "# enregistrées. Apportez le fichier à npm run import.",
      }),
    troubles: {
      refused:
        "Ce code n’associe aucune borne : mal tapé, utilisé ou vieux de plus de dix minutes.",
      throttled: "Trop de codes faux. Attendez dix minutes et demandez-en un nouveau.",
      unreachable: "Le proxy ne répond pas. Vérifiez le réseau et réessayez.",
      "cannot-store": "Ce navigateur ne peut pas garder de clé. Vérifiez son stockage.",
      "not-ours": "Ce n’est pas un de nos codes d’installation.",
    },
    leave: (name) => `Dissocier ${name} ?`,
    leaveLead: "Elle ne prendra plus de cartes avant d’être associée de nouveau.",
    leaveOwing: (count) =>
      inFrench(count, {
        one: "# mise à jour y attend. Elle part une fois celle-ci envoyée, ou enregistrée ici et importée.",
        other:
          "# mises à jour y attendent. Elle part une fois celles-ci envoyées, ou enregistrées ici et importées.",
      }),
    saveThem: "Les enregistrer dans un fichier",
    stay: "La laisser associée",
    unpair: "Dissocier",
    leavingTroubles: {
      "still-owes": "Elle a encore des mises à jour que personne d’autre n’a.",
      unreachable: "Le proxy ne répond pas : personne ne sait ce qui serait perdu.",
    },
  },
  ar: {
    title: "لمن هذا الكشك؟",
    shutOut: "استُبعد هذا الكشك",
    compare: "قارن ثم وافق",
    lead: "اكتب الرمز من الإدارة أو من npm run pair، أو ضع رمز QR أمام القارئ.",
    shutOutLead: "أُلغي مفتاحه. يعمل من جديد برمز جديد.",
    compareLead: "هل تعرض الإدارة الشيء نفسه؟ وافق هناك.",
    sentThen: (count) => `${arabicUpdates(count)} في الانتظار هنا، تُرسل بعد ذلك.`,
    codeTyped: (typed, missing) => `الرمز ${typed}، بقي ${missing}`,
    code: "رمز الاقتران",
    erase: "امسح الحرف الأخير",
    moment: "لحظة",
    pair: "اقرن هذا الكشك",
    save: "احفظ ما ينتظر في ملف",
    saved: (count) => `حُفظ: ${arabicUpdates(count)}. خذ الملف إلى npm run import.`,
    troubles: {
      refused: "هذا الرمز لا يقرن كشكًا: فيه خطأ، أو استُعمل، أو مضت عليه عشر دقائق.",
      throttled: "رموز خاطئة كثيرة. انتظر عشر دقائق واطلب رمزًا جديدًا.",
      unreachable: "الوكيل لا يجيب. افحص الشبكة وحاول مرة أخرى.",
      "cannot-store": "لا يستطيع هذا المتصفح حفظ مفتاح. افحص إعدادات التخزين.",
      "not-ours": "ليس هذا من رموز الإعداد لدينا.",
    },
    leave: (name) => `فك اقتران ${name}؟`,
    leaveLead: "لن يقرأ بطاقات حتى يقرنه أحد من جديد.",
    leaveOwing: (count) =>
      `${arabicUpdates(count)} في الانتظار هنا. يُفك الاقتران بعد إرسالها، أو بعد حفظها هنا واستيرادها.`,
    saveThem: "احفظها في ملف",
    stay: "أبقه مقترنًا",
    unpair: "فك الاقتران",
    leavingTroubles: {
      "still-owes": "ما زالت فيه تحديثات ليست عند أحد غيره.",
      unreachable: "الوكيل لا يجيب، فلا أحد يعرف ما قد يضيع.",
    },
  },
};
