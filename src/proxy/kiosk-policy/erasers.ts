/** A setting that takes away what a kiosk has not sent yet. */
export interface Eraser {
  readonly setting: string;
  readonly why: string;
}

type Policy = Readonly<Record<string, unknown>>;

/** What empties a browser's storage, by policy. Source: Chrome Enterprise's list of policies. */
const ERASING_POLICIES: Readonly<
  Record<string, { readonly erases: (value: unknown) => boolean; readonly why: string }>
> = {
  ClearBrowsingDataOnExitList: {
    erases: (value) => holdsSiteData(value),
    why: "empties the storage whenever the browser ends",
  },
  BrowsingDataLifetime: {
    erases: (value) => JSON.stringify(value ?? "").includes("cookies_and_other_site_data"),
    why: "empties the storage after a time",
  },
  IdleTimeoutActions: {
    erases: (value) => holdsSiteData(value),
    why: "empties the storage whenever nobody stands there",
  },
  ForceEphemeralProfiles: { erases: isOn, why: "forgets everything when the browser ends" },
  DeviceEphemeralUsersEnabled: { erases: isOn, why: "forgets everything at sign-out" },
  BrowserGuestModeEnforced: { erases: isOn, why: "keeps nothing: a guest's session" },
  IncognitoModeAvailability: { erases: (value) => value === 2, why: "keeps nothing: incognito" },
  DefaultCookiesSetting: {
    erases: (value) => value === 2 || value === 4,
    why: "blocks storage (2), or empties it when the browser ends (4)",
  },
  CookiesSessionOnlyForUrls: {
    erases: (value) => Array.isArray(value) && value.length > 0,
    why: "empties those sites' storage when the browser ends",
  },
};

/** What keeps nothing, on the command line. */
const ERASING_FLAGS: readonly { readonly flag: RegExp; readonly why: string }[] = [
  { flag: /--incognito\b/, why: "keeps nothing" },
  { flag: /--inprivate\b/i, why: "keeps nothing" },
  { flag: /--guest\b/, why: "keeps nothing" },
  { flag: /--edge-kiosk-type=public-browsing\b/, why: "is InPrivate: keeps nothing" },
  {
    flag: /--user-data-dir=["']?(?:\/tmp|\/run|\/dev\/shm)\b/,
    why: "lies where a restart of the machine empties it",
  },
];

function isOn(value: unknown): boolean {
  return value === true || value === 1;
}

function holdsSiteData(value: unknown): boolean {
  const erased = JSON.stringify(value ?? "");
  return /cookies_and_other_site_data|hosted_app_data/.test(erased);
}

export function erasersInPolicy(policy: Policy): readonly Eraser[] {
  return Object.entries(policy).flatMap(([setting, value]) => {
    const known = ERASING_POLICIES[setting];
    return known?.erases(value) === true ? [{ setting, why: known.why }] : [];
  });
}

/** In a command line, a unit or a script. */
export function erasersInText(text: string): readonly Eraser[] {
  return ERASING_FLAGS.flatMap(({ flag, why }) => {
    const found = flag.exec(text);
    return found === null ? [] : [{ setting: found[0], why }];
  });
}
