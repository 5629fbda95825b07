export const PLATFORMS = ["linux", "windows", "chromeos", "android"] as const;
export type Platform = (typeof PLATFORMS)[number];

export interface PrintedFile {
  /** Where it goes, or where it is typed in. */
  readonly place: string;
  readonly text: string;
}

export interface PrintedPolicy {
  readonly standing: string;
  readonly files: readonly PrintedFile[];
  /** What would erase what waits on a kiosk, in the words of this platform. */
  readonly warnings: readonly string[];
}

const EXPECTED = "expected to work, not tested here";

/**
 * What makes a machine of a platform a kiosk that keeps what it owes: browser policy, launch flags and,
 * where the platform has such, a unit file.
 *
 * Source: policies and switches looked up in Chromium 156 by name. Folklore that is in it no more
 * (`--disable-session-crashed-bubble`, `--disable-translate`) is left out.
 */
export function kioskPolicy(platform: Platform, origin: string): PrintedPolicy {
  switch (platform) {
    case "linux":
      return {
        standing: "the page is tested here, in Chromium on Debian; the unit with cage is not",
        files: [
          { place: "/etc/chromium/policies/managed/tarjeta.json", text: json(policyFor(origin)) },
          { place: "/etc/systemd/system/tarjeta-kiosk.service", text: unit(origin) },
        ],
        warnings: WARNINGS.linux,
      };
    case "windows":
      return {
        standing: EXPECTED,
        files: [
          { place: "tarjeta.reg (Chrome; reg import tarjeta.reg)", text: registry(origin) },
          { place: "the kiosk user's Startup folder, tarjeta.cmd", text: windowsStart(origin) },
        ],
        warnings: WARNINGS.windows,
      };
    case "chromeos":
      return {
        standing: EXPECTED,
        files: [
          {
            place:
              "Admin console: Devices, Chrome, Apps, Kiosks: add this web app, launch it automatically",
            text: `${origin}/\n`,
          },
          { place: "Admin console: that app's managed settings", text: json(policyFor(origin)) },
        ],
        warnings: WARNINGS.chromeos,
      };
    case "android":
      return {
        standing: EXPECTED,
        files: [
          {
            place: "device management: managed configuration of com.android.chrome",
            text: json(androidPolicy(origin)),
          },
        ],
        warnings: WARNINGS.android,
      };
  }
}

/** Shared by all that take Chrome's policies. */
function policyFor(origin: string): Readonly<Record<string, unknown>> {
  return {
    // An installed app's storage is not evicted for want of space.
    WebAppInstallForceList: [{ url: `${origin}/`, default_launch_container: "window" }],
    URLBlocklist: ["*"],
    URLAllowlist: [origin],
    // The first event of a page may be a scan, which is no gesture to the browser.
    AutoplayAllowlist: [origin],
    VideoCaptureAllowedUrls: [origin],
    // Scanners in POS mode: usage page 0x8C of USB HID.
    WebHidAllowDevicesWithHidUsagesForUrls: [{ usages: [{ usage_page: 140 }], urls: [origin] }],
    TranslateEnabled: false,
    PasswordManagerEnabled: false,
    AutofillAddressEnabled: false,
    AutofillCreditCardEnabled: false,
    DeveloperToolsAvailability: 2,
    // The sealed file of what waits is saved by the page itself.
    DownloadRestrictions: 0,
    PrintingEnabled: false,
    ScreenCaptureAllowed: false,
    SyncDisabled: true,
    BrowserSignin: 0,
    BackgroundModeEnabled: true,
    CommandLineFlagSecurityWarningsEnabled: false,
  };
}

/** Chrome on Android knows fewer. */
function androidPolicy(origin: string): Readonly<Record<string, unknown>> {
  const { URLBlocklist, URLAllowlist, TranslateEnabled, PasswordManagerEnabled } =
    policyFor(origin);
  return { URLBlocklist, URLAllowlist, TranslateEnabled, PasswordManagerEnabled };
}

const FLAGS = [
  "--kiosk",
  "--noerrdialogs",
  "--hide-crash-restore-bubble",
  "--no-first-run",
  "--disable-pinch",
  "--overscroll-history-navigation=0",
  "--autoplay-policy=no-user-gesture-required",
  "--check-for-update-interval=31536000",
  "--password-store=basic",
  "--disable-features=Translate",
] as const;

function unit(origin: string): string {
  return `[Unit]
Description=Tarjeta kiosk
Wants=network-online.target
After=systemd-user-sessions.service network-online.target
Conflicts=getty@tty1.service

[Service]
# A user of its own, whose home stays: what the kiosk has not sent yet lies there.
User=kiosk
PAMName=login
TTYPath=/dev/tty1
StandardInput=tty
StateDirectory=tarjeta-kiosk
StateDirectoryMode=0700
# cage shows one application and nothing else (apt install cage chromium).
ExecStart=/usr/bin/cage -- /usr/bin/chromium \\
  --user-data-dir=/var/lib/tarjeta-kiosk/profile \\
  ${FLAGS.join(" \\\n  ")} \\
  ${origin}/
# No page can revive its own browser.
Restart=always
RestartSec=5

[Install]
WantedBy=graphical.target
`;
}

function windowsStart(origin: string): string {
  return [
    "@echo off",
    ":again",
    `"%ProgramFiles%\\Google\\Chrome\\Application\\chrome.exe" ${FLAGS.join(" ")} --user-data-dir="%LOCALAPPDATA%\\TarjetaKiosk" ${origin}/`,
    "timeout /t 5 /nobreak >nul",
    "goto again",
    "",
  ].join("\r\n");
}

/** Lists are keys of numbered values, dictionaries JSON text. */
function registry(origin: string): string {
  const root = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Google\\Chrome";
  const plain: string[] = [];
  const lists: string[] = [];
  for (const [name, value] of Object.entries(policyFor(origin))) {
    if (Array.isArray(value) && value.every((each) => typeof each === "string")) {
      const entries = value.map((each, index) => `"${index + 1}"=${quoted(each)}`);
      lists.push(`[${root}\\${name}]`, ...entries, "");
    } else if (typeof value === "object") plain.push(`"${name}"=${quoted(JSON.stringify(value))}`);
    else plain.push(`"${name}"=dword:${Number(value).toString(16).padStart(8, "0")}`);
  }
  return ["Windows Registry Editor Version 5.00", "", `[${root}]`, ...plain, "", ...lists].join(
    "\r\n",
  );
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

const WARNINGS: Readonly<Record<Platform, readonly string[]>> = {
  linux: [
    "Never --incognito, --guest or a profile in /tmp: what waits is gone when the browser ends.",
    "Never ClearBrowsingDataOnExitList or IdleTimeoutActions with cookies_and_other_site_data.",
    "A read-only or overlay root needs /var/lib/tarjeta-kiosk on a disk that is written to.",
  ],
  windows: [
    "No Assigned Access with Edge's public browsing: that is InPrivate, and what waits is gone at every reset.",
    "No Unified Write Filter over the kiosk user's profile, and no guest account.",
    "No ClearBrowsingDataOnExitList, ForceEphemeralProfiles or IdleTimeoutActions that clear site data.",
  ],
  chromeos: [
    "A kiosk app, never a managed guest session: a guest's storage is gone at sign-out.",
    "DeviceEphemeralUsersEnabled (erase local user data) off; no scheduled powerwash.",
    "IdleTimeoutActions without clear_cookies_and_other_site_data.",
  ],
  android: [
    "Lock task mode for one user that stays: never a guest or an ephemeral user.",
    "No cleaner that clears Chrome's data, and no “clear data on exit” of a kiosk browser.",
    "A WebView kiosk browser keeps storage only where its settings say so: try a scan, a restart and the queue.",
  ],
};
