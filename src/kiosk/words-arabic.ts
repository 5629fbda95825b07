import { pluralsIn } from "./plurals.ts";
import type { LanguageWords } from "./words.ts";

const plural = pluralsIn("ar");

/** Keeps digits, times and Latin names in their own order amid words that run the other way. */
const apart = (text: string): string => `\u2066${text}\u2069`;

export const ARABIC: LanguageWords = {
  attractTitle: "أرنا بطاقتك",
  attractHint: ["ضعها تحت القارئ، هنا في الأسفل.", "هاتفك يصلح أيضًا."],
  typeNumber: "اكتب الرقم",
  offline: "مرّر بطاقتك كالمعتاد. نضيف زيارتك بعد قليل.",
  terms: (brand) => `ببطاقتك من ${apart(brand)} توافق على أن نسجّل زياراتك. لا شيء عن الدفع أبدًا.`,
  languages: "اللغة",
  tools: "تسهيل الاستخدام",
  textSize: "تكبير",
  contrast: "التباين",
  reach: "للأسفل",
  keypadTitle: "اكتب رقم بطاقتك",
  keypadHint: (length) =>
    plural(length, {
      few: "# أرقام، تحت الخطوط على بطاقتك",
      other: "# رقمًا، تحت الخطوط على بطاقتك",
    }),
  keypadMistyped: "أحد الأرقام يختلف عن بطاقتك. قارنها من فضلك.",
  keypadNotOurs: "لا يبدو هذا رقمًا من أرقامنا. قارنه ببطاقتك من فضلك.",
  digitsTyped: (typed, length) => `${typed} من ${length} رقمًا`,
  moreDigits: (missing) =>
    plural(missing, {
      one: "بقي رقم واحد",
      two: "بقي رقمان",
      few: "بقيت # أرقام",
      many: "بقي # رقمًا",
      other: "بقي # رقم",
    }),
  checkNumber: "قارن الأرقام",
  confirm: "هذه بطاقتي",
  cancel: "إلغاء",
  clear: "مسح",
  erase: "امسح آخر رقم",
  thanks: "شكرًا لك",
  noted: (time, card) =>
    time === undefined
      ? `سُجّلت الزيارة للبطاقة ${apart(card)}`
      : `سُجّلت في ${apart(time)} للبطاقة ${apart(card)}`,
  questionLabel: "سؤال لليوم",
  skip: "تخطّي",
  finish: "إنهاء",
  done: "تم",
  closingTitle: "شكرًا، إلى اللقاء",
  closingLead: "بطاقتك تعمل كالمعتاد. نتمنى لك زيارة ممتعة.",
  notedList: "سُجّل اليوم",
  notedVisit: (time) => (time === undefined ? "زيارتك" : `زيارتك، في ${apart(time)}`),
  duplicateTitle: "زيارتك اليوم مسجّلة من قبل",
  duplicateText: (time) =>
    time === undefined
      ? "قرأنا هذه البطاقة قبل قليل. مرة واحدة تكفي."
      : `قرأنا هذه البطاقة في ${apart(time)}. مرة واحدة تكفي.`,
  refusals: {
    "not-ours": {
      title: "هذه البطاقة ليست لنا",
      text: () => "لم نحتفظ بشيء منها. بطاقتك هي ذات الخطوط.",
    },
    "payment-card": {
      title: "هذه بطاقة دفع",
      text: (brand) => `لم نحتفظ بشيء منها، ولا حتى رقمها. أرنا بطاقتك من ${apart(brand)}.`,
    },
    "bad-check-digit": {
      title: "لم تُقرأ جيدًا",
      text: () => "أرنا بطاقتك مرة أخرى، ببطء أكثر. أو اكتب رقمها.",
    },
    "swipe-again": {
      title: "مرّرها مرة أخرى من فضلك",
      text: () => "مرّر الشريط في القارئ دفعة واحدة، لا بسرعة ولا ببطء.",
    },
    unreadable: {
      title: "لم نتمكن من قراءتها",
      text: () => "ثبّت البطاقة تحت القارئ. وإن كانت على الهاتف فارفع سطوع الشاشة.",
    },
    "too-many": {
      title: "لحظة من فضلك",
      text: () => "عُرضت هنا بطاقات كثيرة الآن. أرنا بطاقتك بعد دقيقة.",
    },
  },
  showCardOr: "ضعها تحت القارئ، أو",
  outOfService: {
    full: {
      title: "نأخذ استراحة قصيرة",
      text: "لا يمكننا الآن تسجيل الزيارات على هذه الشاشة. بطاقتك تعمل عند الدفع كالمعتاد.",
      staff: "للموظفين: امتلأت مساحة التخزين. افحصوا الشبكة، وسيعود العمل تلقائيًا.",
    },
    unavailable: {
      title: "نأخذ استراحة قصيرة",
      text: "لا يمكننا الآن تسجيل الزيارات على هذه الشاشة. بطاقتك تعمل عند الدفع كالمعتاد.",
      staff: "للموظفين: لا يستطيع المتصفح حفظ شيء. أعيدوا تشغيل الكشك إن استمر ذلك.",
    },
    closed: {
      title: "نأخذ استراحة قصيرة",
      text: "لا يمكننا الآن تسجيل الزيارات على هذه الشاشة. بطاقتك تعمل عند الدفع كالمعتاد.",
      staff: "للموظفين: هذا الكشك خارج الخدمة. أعيدوه إلى الخدمة من شاشة الموظفين.",
    },
  },
  card: (masked) => `البطاقة ${apart(masked)}`,
  help: {
    tool: "مساعدة",
    get: "اطلب المساعدة",
    states: {
      calling: { title: "لحظة من فضلك", text: "نُخبر الموظفين بأنك تحتاج إلى مساعدة." },
      told: { title: "أخبرنا الموظفين", text: "يعرفون أمام أي شاشة تقف. انتظر هنا لحظة من فضلك." },
      coming: { title: "هناك من هو قادم إليك", text: "سيكون معك بعد لحظة. ابقَ هنا من فضلك." },
      unreached: {
        title: "اسأل عند الصندوق من فضلك",
        text: "لا يمكننا استدعاء أحد من هنا الآن. عند الصندوق ستجد من يساعدك.",
      },
      unanswered: {
        title: "اسأل عند الصندوق من فضلك",
        text: "الجميع مشغولون الآن. عند الصندوق ستجد من يساعدك.",
      },
    },
    goOn: "تابع في هذه الأثناء",
    noMore: "لم أعد بحاجة إلى مساعدة",
    allRight: "حسنًا",
  },
};
