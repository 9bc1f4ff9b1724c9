"use strict";
/* SMART app launch: signs in at a FHIR server that the operator allows, reads one record and hands it to the page.
   The token lives in `back` alone. While the user is away signing in, this tab keeps a state and a proof key. */
(() => {
  const { servers, queries, needed, words } = JSON.parse(document.getElementById("launch").textContent);
  const KEPT = "penia-launch", PAGES = 50;
  const here = location.origin + location.pathname, asked = new URLSearchParams(location.search);
  const status = document.getElementById("status");
  const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/;

  const trimmed = (iss) => (iss ?? "").replace(/\/+$/, "");
  const host = (iss) => new URL(iss).host;
  const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = async (text) => base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
  const plain = { credentials: "omit", redirect: "error", cache: "no-store" };

  class Refused extends Error {}
  function known(iss) {
    const server = servers.find((s) => s.iss === trimmed(iss));
    if (!server) throw new Refused(words.unknown);
    return server;
  }

  async function leave(server, launch) {
    if (!crypto.subtle) throw new Refused(words.insecure);
    const answer = await fetch(`${server.iss}/.well-known/smart-configuration`, { ...plain, headers: { accept: "application/json" } });
    if (!answer.ok) throw new Refused(`${words.failed}: ${host(server.iss)} ${answer.status}`);
    const told = await answer.json();
    const door = new URL(told.authorization_endpoint);
    const safe = door.protocol === "https:" || loopback.test(door.href);
    if (!safe || !told.code_challenge_methods_supported?.includes("S256")) throw new Refused(words.insecure);
    const state = random(), verifier = random();
    sessionStorage.setItem(KEPT, JSON.stringify({ state, verifier, iss: server.iss, token: told.token_endpoint }));
    const kinds = [...new Set(Object.values(queries).map((query) => query.match(/^\w+/)[0]))];
    const right = told.capabilities?.includes("permission-v2") ? "rs" : "read";
    const request = {
      response_type: "code", client_id: server.client, redirect_uri: here, state, aud: server.iss,
      scope: [launch ? "launch" : "launch/patient", ...kinds.map((kind) => `patient/${kind}.${right}`)].join(" "),
      code_challenge: await digest(verifier), code_challenge_method: "S256", ...(launch && { launch }),
    };
    for (const [name, value] of Object.entries(request)) door.searchParams.set(name, value);
    location.assign(door);
  }

  async function back() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
    history.replaceState(null, "", here);
    if (!kept || asked.get("state") !== kept.state) throw new Refused(words.again);
    const server = known(kept.iss);
    if (!asked.has("code")) throw new Refused(`${words.failed}: ${asked.get("error_description") ?? asked.get("error")}`);
    status.textContent = `${words.reading}: ${host(server.iss)}`;
    const body = new URLSearchParams({
      grant_type: "authorization_code", code: asked.get("code"), redirect_uri: here, client_id: server.client, code_verifier: kept.verifier,
    });
    const answer = await fetch(kept.token, { ...plain, method: "POST", body });
    if (!answer.ok) throw new Refused(`${words.failed}: ${host(server.iss)} ${answer.status}`);
    const { access_token: token, patient } = await answer.json();
    if (!token || !patient) throw new Refused(words.nobody);
    await hand(server.iss, patient, { ...plain, headers: { accept: "application/fhir+json", authorization: `Bearer ${token}` } });
  }

  /* Every page of a search; throws the reason where one cannot be had. */
  async function search(iss, query, how) {
    const found = [];
    let next = `${iss}/${query}`;
    for (let page = 0; next; page++) {
      if (page === PAGES) throw new Error(`> ${PAGES}`);
      if (new URL(next, iss).origin !== new URL(iss).origin) throw new Error(words.elsewhere); // the token is for one server
      const answer = await fetch(new URL(next, iss), how);
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      if (told.resourceType !== "Bundle") return [told];
      found.push(...(told.entry ?? []).filter((e) => e.search?.mode !== "outcome").map((e) => e.resource));
      next = told.link?.find((l) => l.relation === "next")?.url;
    }
    return found;
  }

  async function hand(iss, patient, how) {
    const found = new Map(), lacking = [];
    await Promise.all(Object.entries(queries).map(async ([name, query]) => {
      try {
        for (const resource of await search(iss, query.replace("{{context.patientId}}", encodeURIComponent(patient)), how))
          found.set(`${resource.resourceType}/${resource.id}`, resource);
      } catch (error) {
        if (needed.includes(name)) throw new Refused(`${words.failed}: ${host(iss)}, ${name} (${error.message})`);
        lacking.push(`${name} (${error.message})`);
      }
    }));
    const told = { resourceType: "Bundle", type: "collection", entry: [...found.values()].map((resource) => ({ resource })) };
    const given = new DataTransfer(), input = document.getElementById("file");
    given.items.add(new File([JSON.stringify(told)], host(iss), { type: "application/fhir+json" }));
    input.files = given.files;
    input.dispatchEvent(new Event("change"));
    if (lacking.length) status.after(Object.assign(document.createElement("p"), { id: "lacking", textContent: `${words.lacking}: ${lacking.sort().join(", ")}` }));
  }

  function choose() {
    status.textContent = words.choose;
    status.after(...servers.map(({ iss }) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: host(iss) });
      button.addEventListener("click", () => attempt(() => leave(known(iss))));
      return button;
    }));
  }

  async function attempt(act) {
    try {
      await act();
    } catch (error) {
      status.textContent = error instanceof Refused ? error.message : words.unreachable;
      status.className = "wrong";
    }
  }
  if (asked.has("iss")) attempt(() => leave(known(asked.get("iss")), asked.get("launch")));
  else if (asked.has("state")) attempt(back);
  else attempt(choose);
})();
