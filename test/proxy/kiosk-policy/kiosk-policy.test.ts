import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { erasersInPolicy, erasersInText } from "../../../src/proxy/kiosk-policy/erasers.ts";
import { kioskPolicy, PLATFORMS } from "../../../src/proxy/kiosk-policy/kiosk-policy.ts";

const ORIGIN = "https://tarjeta.example.com";
const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-policy-"));
afterAll(() => rmSync(folder, { recursive: true }));

function command(...args: readonly string[]) {
  const main = path.resolve(import.meta.dirname, "../../../src/proxy/kiosk-policy/main.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("what is printed for a platform", () => {
  it.each(PLATFORMS)(
    "[BI6] %s: is well formed, names the address, and erases nothing",
    (platform) => {
      const { files, warnings } = kioskPolicy(platform, ORIGIN);
      expect(warnings.length).toBeGreaterThan(0);
      for (const { place, text } of files) {
        expect(text).toContain(ORIGIN);
        expect(erasersInText(text), place).toEqual([]);
        if (text.startsWith("{")) expect(erasersInPolicy(JSON.parse(text))).toEqual([]);
      }
    },
  );

  it("[BI6] linux: is a unit that starts again, with a profile that stays", () => {
    const unit = kioskPolicy("linux", ORIGIN).files.find(({ place }) => place.endsWith(".service"));
    expect(unit?.text).toMatch(/^Restart=always$/m);
    expect(unit?.text).toContain("--user-data-dir=/var/lib/tarjeta-kiosk/profile");
    // Folklore that Chromium no longer knows.
    expect(unit?.text).not.toMatch(/session-crashed-bubble|disable-translate|block-new-web/);
    // A continued line is the last thing in its line.
    expect(unit?.text).not.toMatch(/\\ +$/m);
  });

  it("[BI6] windows: writes lists as numbered values, and text in the registry's quotes", () => {
    const [registry] = kioskPolicy("windows", ORIGIN).files;
    expect(registry?.text).toContain('\\URLBlocklist]\r\n"1"="*"');
    expect(registry?.text).toContain('"BrowserSignin"=dword:00000000');
    expect(registry?.text).toContain(`\\"urls\\":[\\"${ORIGIN}\\"]`);
  });
});

describe("a setting that would erase what waits", () => {
  it.each([
    ["ClearBrowsingDataOnExitList", ["cached_images_and_files", "cookies_and_other_site_data"]],
    ["BrowsingDataLifetime", [{ data_types: ["cookies_and_other_site_data"] }]],
    ["IdleTimeoutActions", ["clear_cookies_and_other_site_data", "close_browsers"]],
    ["ForceEphemeralProfiles", true],
    ["DeviceEphemeralUsersEnabled", true],
    ["BrowserGuestModeEnforced", true],
    ["IncognitoModeAvailability", 2],
    ["DefaultCookiesSetting", 4],
    ["CookiesSessionOnlyForUrls", [ORIGIN]],
  ])("[BI6] is found in a policy: %s", (setting, value) => {
    expect(erasersInPolicy({ [setting]: value })).toMatchObject([{ setting }]);
  });

  it("[BI6] is not what only looks like it", () => {
    expect(
      erasersInPolicy({
        ClearBrowsingDataOnExitList: ["download_history"],
        IdleTimeoutActions: ["reload_pages"],
        IncognitoModeAvailability: 1,
        ForceEphemeralProfiles: false,
        DefaultCookiesSetting: 1,
      }),
    ).toEqual([]);
    expect(erasersInText("chromium --kiosk --user-data-dir=/home/kiosk/tmp")).toEqual([]);
  });

  it("[BI6] is found in what starts the browser, and the command ends with 1", () => {
    const file = path.join(folder, "start.sh");
    writeFileSync(file, "exec chromium --kiosk --incognito --user-data-dir=/tmp/kiosk https://x\n");
    const { status, stdout } = command("--check", file);
    expect(status).toBe(1);
    expect(stdout).toContain("--incognito");
    expect(stdout).toContain("--user-data-dir=/tmp");
  });
});

describe("npm run kiosk:policy", () => {
  it("[BI6] prints files to standard output, and what to avoid beside them", () => {
    const { status, stdout, stderr } = command("--for", "linux", "--url", `${ORIGIN}/`);
    expect(status).toBe(0);
    expect(stdout).toContain("==> /etc/chromium/policies/managed/tarjeta.json\n{");
    expect(stderr).toContain("linux: the page is tested here");
    expect(stderr).toContain("--incognito");
  });

  it("[BI6] says in one sentence what is wrong with what it was asked", () => {
    for (const [args, sentence] of [
      [["--for", "dos", "--url", ORIGIN], /^--for: /],
      [["--for", "linux"], /^--url: /],
      [["--for", "linux", "--url", "http://tarjeta.example.com"], /^--url: must begin with https/],
      [["--check", path.join(folder, "none")], /^--check: .*ENOENT/],
      [["--fro", "linux"], /Use: npm run/],
    ] as const) {
      const { status, stderr } = command(...args);
      expect(status).toBe(1);
      expect(stderr).toMatch(sentence);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    }
  });
});
