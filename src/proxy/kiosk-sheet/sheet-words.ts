import type { Language } from "../../contract/language.ts";

/** What stands on the sheet. Tabs, buttons and screens are called as the kiosk calls them. */
export interface SheetWords {
  readonly title: string;
  readonly lead: string;
  readonly openTitle: string;
  readonly openSteps: readonly string[];
  readonly checkTitle: string;
  readonly checkText: string;
  readonly whenTitle: string;
  /** What is seen, and what is done then. */
  readonly rows: readonly (readonly [when: string, what: string])[];
  /** Whom to call: a line to be filled in by hand follows. */
  readonly call: string;
}

export const SHEET_WORDS: Readonly<Record<Language, SheetWords>> = {
  en: {
    title: "the card kiosk, for staff",
    lead: "It looks after itself. What its screen thanked for is kept, whatever happens to power or network.",
    openTitle: "Open the staff area",
    openSteps: [
      "Tap the upper right corner of the screen five times, quickly. With keys: Escape five times on the first screen.",
      "Press the six digits of the PIN. It is not on this sheet; ask whoever looks after the kiosks.",
      "“Back to shoppers” ends it; so does a minute without a touch.",
    ],
    checkTitle: "Check card",
    checkText:
      "Hold this page before the reader: without a PIN, the kiosk says how it is and what to do.",
    whenTitle: "What to do when…",
    rows: [
      [
        "it says “Scan as usual. We add your visit a little later.”",
        "Nothing: visits are kept. If it stays for a day, check the network cable or Wi-Fi, then Queue, “Send now”.",
      ],
      [
        "it says “We’re taking a short break”",
        "Status says why. Storage full: check the network. Otherwise Kiosk, “Restart”; or somebody took it out of service.",
      ],
      [
        "cards are not read",
        "Wipe the reader’s glass. Unplug the reader, wait ten seconds, plug it in again. Phones: turn the brightness up.",
      ],
      [
        "the screen is dirty",
        "Screen, “Clean the screen”: touches do nothing until it counted down.",
      ],
      [
        "the screen stands still or is dark",
        "Pull the power plug and put it back. Nothing is lost.",
      ],
      [
        "somebody regrets that a visit was noted",
        "“Don’t record this visit” on the screen, within seconds of the scan.",
      ],
      [
        "somebody wants no more visits noted",
        "“Stop recording my visits” on the first screen, then the card. It works without a network too.",
      ],
      ["the kiosk must not be used", "Kiosk, “Take it out of service”. It stays so over restarts."],
      [
        "the kiosk is taken away",
        "Kiosk, “Unpair”. It goes once everything is sent; else save the file it offers and hand it on.",
      ],
    ],
    call: "If that does not help, call:",
  },
  es: {
    title: "el kiosco de tarjetas, para el personal",
    lead: "Se cuida solo. Lo que su pantalla agradeció está guardado, pase lo que pase con la luz o la red.",
    openTitle: "Abrir la zona de personal",
    openSteps: [
      "Toca cinco veces seguidas la esquina superior derecha de la pantalla. Con teclas: Escape cinco veces en la primera pantalla.",
      "Pulsa las seis cifras del PIN. No está en esta hoja; pregunta a quien cuida de los kioscos.",
      "«Volver a los clientes» la cierra; un minuto sin tocar, también.",
    ],
    checkTitle: "Tarjeta de control",
    checkText: "Pon esta hoja ante el lector: sin PIN, el kiosco dice cómo está y qué hacer.",
    whenTitle: "Qué hacer cuando…",
    rows: [
      [
        "dice «Pasa tu tarjeta como siempre. Añadimos tu visita un poco después.»",
        "Nada: las visitas se guardan. Si sigue un día, revisa el cable de red o el wifi; luego Cola, «Enviar ahora».",
      ],
      [
        "dice «Hacemos una pausa»",
        "Estado dice por qué. Almacén lleno: revisa la red. Si no, Kiosco, «Reiniciar»; o alguien lo puso fuera de servicio.",
      ],
      [
        "no lee tarjetas",
        "Limpia el cristal del lector. Desenchufa el lector, espera diez segundos y enchúfalo. En móviles, sube el brillo.",
      ],
      [
        "la pantalla está sucia",
        "Pantalla, «Limpiar la pantalla»: no responde hasta que termina la cuenta.",
      ],
      [
        "la pantalla no se mueve o está negra",
        "Quita el enchufe y vuelve a ponerlo. No se pierde nada.",
      ],
      [
        "alguien no quería que se anotara su visita",
        "«No guardar esta visita» en la pantalla, segundos después de pasar la tarjeta.",
      ],
      [
        "alguien no quiere que se anoten más visitas",
        "«Dejar de anotar mis visitas» en la primera pantalla, y después la tarjeta. También sin red.",
      ],
      ["no se debe usar el kiosco", "Kiosco, «Poner fuera de servicio». Sigue así tras reiniciar."],
      [
        "se llevan el kiosco",
        "Kiosco, «Desvincular». Se va cuando todo está enviado; si no, guarda el archivo que ofrece y entrégalo.",
      ],
    ],
    call: "Si no sirve, llama a:",
  },
  de: {
    title: "der Kartenkiosk, fürs Team",
    lead: "Er kümmert sich um sich selbst. Wofür er gedankt hat, ist sicher, auch ohne Strom oder Netz.",
    openTitle: "Den Teambereich öffnen",
    openSteps: [
      "Tippe schnell fünfmal in die obere rechte Ecke. Mit Tasten: fünfmal Escape auf der ersten Seite.",
      "Drücke die sechs Ziffern der PIN. Sie steht nicht auf diesem Blatt; frag, wer die Kioske betreut.",
      "„Zurück zur Kundschaft“ beendet ihn, ebenso eine Minute ohne Berührung.",
    ],
    checkTitle: "Prüfkarte",
    checkText:
      "Halte dieses Blatt vor das Lesegerät: Ohne PIN sagt der Kiosk, wie es ihm geht und was zu tun ist.",
    whenTitle: "Was tun, wenn …",
    rows: [
      [
        "dort steht „Scanne wie immer. Deinen Besuch tragen wir etwas später ein.“",
        "Nichts: Besuche sind sicher. Bleibt es einen Tag, Netzkabel oder WLAN prüfen, dann Wartend, „Jetzt senden“.",
      ],
      [
        "dort steht „Wir machen kurz Pause“",
        "Zustand sagt, warum. Speicher voll: Netz prüfen. Sonst Kiosk, „Neu starten“; oder jemand nahm ihn außer Betrieb.",
      ],
      [
        "er liest keine Karten",
        "Glas des Lesegeräts abwischen. Lesegerät ausstecken, zehn Sekunden warten, einstecken. Am Handy: heller stellen.",
      ],
      [
        "der Bildschirm schmutzig ist",
        "Anzeige, „Bildschirm reinigen“: Berührungen tun nichts, bis er heruntergezählt hat.",
      ],
      [
        "der Bildschirm steht oder dunkel ist",
        "Netzstecker ziehen und wieder einstecken. Nichts geht verloren.",
      ],
      [
        "jemand den notierten Besuch bereut",
        "„Diesen Besuch nicht festhalten“ auf dem Bildschirm, in den Sekunden nach der Karte.",
      ],
      [
        "jemand gar keine Besuche mehr notiert haben will",
        "„Besuche nicht mehr festhalten“ auf der ersten Seite, dann die Karte. Geht auch ohne Netz.",
      ],
      ["er nicht benutzt werden soll", "Kiosk, „Außer Betrieb nehmen“. Das bleibt über Neustarts."],
      [
        "er weg soll",
        "Kiosk, „Entkoppeln“. Er geht, sobald alles gesendet ist; sonst die angebotene Datei sichern und weitergeben.",
      ],
    ],
    call: "Hilft das nicht, ruf an:",
  },
  fr: {
    title: "la borne à cartes, pour l’équipe",
    lead: "Elle s’occupe d’elle-même. Ce dont elle a remercié est gardé, même sans courant ni réseau.",
    openTitle: "Ouvrir l’espace équipe",
    openSteps: [
      "Touchez cinq fois de suite le coin supérieur droit de l’écran. Au clavier : Échap cinq fois sur le premier écran.",
      "Appuyez sur les six chiffres du code. Il n’est pas sur cette feuille ; demandez à qui gère les bornes.",
      "« Retour aux clients » le ferme ; une minute sans toucher aussi.",
    ],
    checkTitle: "Carte de contrôle",
    checkText:
      "Présentez cette feuille au lecteur : sans code, la borne dit comment elle va et quoi faire.",
    whenTitle: "Que faire quand…",
    rows: [
      [
        "elle dit « Passez votre carte comme d’habitude. Nous ajoutons votre visite un peu plus tard. »",
        "Rien : les visites sont gardées. Si cela dure un jour, vérifiez le réseau, puis File, « Envoyer maintenant ».",
      ],
      [
        "elle dit « Nous faisons une pause »",
        "État dit pourquoi. Stockage plein : vérifiez le réseau. Sinon Borne, « Redémarrer » ; ou quelqu’un l’a mise hors service.",
      ],
      [
        "elle ne lit pas les cartes",
        "Essuyez la vitre du lecteur. Débranchez-le, attendez dix secondes, rebranchez. Téléphones : plus de luminosité.",
      ],
      [
        "l’écran est sale",
        "Écran, « Nettoyer l’écran » : il ne répond pas avant la fin du compte.",
      ],
      ["l’écran est figé ou noir", "Débranchez et rebranchez le courant. Rien n’est perdu."],
      [
        "quelqu’un regrette que sa visite soit notée",
        "« Ne pas noter cette visite » à l’écran, quelques secondes après la carte.",
      ],
      [
        "quelqu’un ne veut plus de visites notées",
        "« Ne plus noter mes visites » sur le premier écran, puis la carte. Aussi sans réseau.",
      ],
      [
        "la borne ne doit pas servir",
        "Borne, « Mettre hors service ». Cela tient après un redémarrage.",
      ],
      [
        "la borne s’en va",
        "Borne, « Dissocier ». Elle part dès que tout est envoyé ; sinon, enregistrez le fichier proposé et transmettez-le.",
      ],
    ],
    call: "Si cela n’aide pas, appelez :",
  },
  ar: {
    title: "كشك البطاقات، للموظفين",
    lead: "يعتني الكشك بنفسه. كل ما شكرت عليه شاشته محفوظ، مهما حدث للكهرباء أو الشبكة.",
    openTitle: "فتح شاشة الموظفين",
    openSteps: [
      "المس الزاوية العليا اليمنى من الشاشة خمس مرات بسرعة. بالمفاتيح: Escape خمس مرات في الشاشة الأولى.",
      "اضغط أرقام الرمز الستة. ليس الرمز على هذه الورقة؛ اسأل المسؤول عن الأكشاك.",
      "«العودة إلى الزبائن» تغلقها، وكذلك دقيقة دون لمس.",
    ],
    checkTitle: "بطاقة الفحص",
    checkText: "ضع هذه الورقة أمام القارئ: دون رمز، يقول الكشك كيف حاله وما العمل.",
    whenTitle: "ما العمل عندما…",
    rows: [
      [
        "تقول «مرّر بطاقتك كالمعتاد. نضيف زيارتك بعد قليل.»",
        "لا شيء: الزيارات محفوظة. إن بقي ذلك يومًا فافحص كابل الشبكة أو الواي فاي، ثم الانتظار، «أرسل الآن».",
      ],
      [
        "تقول «نأخذ استراحة قصيرة»",
        "تقول الحالة السبب. امتلأ التخزين: افحص الشبكة. وإلا فالكشك، «إعادة التشغيل»؛ أو أخرجه أحد من الخدمة.",
      ],
      [
        "لا تُقرأ البطاقات",
        "امسح زجاج القارئ. افصل القارئ، وانتظر عشر ثوانٍ، ثم أعد وصله. في الهواتف: ارفع السطوع.",
      ],
      ["الشاشة متسخة", "الشاشة، «نظّف الشاشة»: لا تستجيب حتى ينتهي العد."],
      ["الشاشة جامدة أو مظلمة", "انزع قابس الكهرباء وأعده. لا يضيع شيء."],
      [
        "ندم أحد على تسجيل زيارته",
        "«لا تسجّلوا هذه الزيارة» على الشاشة، في الثواني التي تلي البطاقة.",
      ],
      [
        "لا يريد أحد تسجيل زياراته بعد الآن",
        "«أوقفوا تسجيل زياراتي» في الشاشة الأولى، ثم البطاقة. يعمل دون شبكة أيضًا.",
      ],
      ["يجب ألا يُستعمل الكشك", "الكشك، «أخرجه من الخدمة». يبقى كذلك بعد إعادة التشغيل."],
      [
        "سيُنقل الكشك",
        "الكشك، «فك الاقتران». يُنقل بعد إرسال كل شيء؛ وإلا فاحفظ الملف الذي يعرضه وسلّمه.",
      ],
    ],
    call: "إن لم ينفع ذلك فاتصل بـ:",
  },
};
