// Keeps the page's own files, so that it opens while Sidecrate is not running and says so. The API and links are never kept.

const KEPT = "sidecrate-page-1";
const SHELL = ["/", "/manifest.webmanifest", "/icons/icon.svg"];

/** The shell, with the scripts and styles that the page itself names. */
async function shell() {
    const page = await (await fetch("/")).text();
    const named = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
    return [...new Set([...SHELL, ...named])];
}

self.addEventListener("install", (event) => {
    event.waitUntil(
        caches
            .open(KEPT)
            .then(async (cache) => cache.addAll(await shell()))
            .then(() => self.skipWaiting()),
    );
});

self.addEventListener("activate", (event) => {
    event.waitUntil(
        caches
            .keys()
            .then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name))))
            .then(() => self.clients.claim()),
    );
});

const isOurs = (path) =>
    path === "/" || path === "/manifest.webmanifest" || path.startsWith("/assets/") || path.startsWith("/icons/");

self.addEventListener("fetch", (event) => {
    const url = new URL(event.request.url);
    if (event.request.method !== "GET" || url.origin !== location.origin || !isOurs(url.pathname)) return;
    // what is served now goes first: names carry no version
    event.respondWith(
        fetch(event.request).then(
            (answer) => {
                if (answer.ok) {
                    const copy = answer.clone();
                    void caches.open(KEPT).then((cache) => cache.put(url.pathname, copy));
                }
                return answer;
            },
            async () => (await caches.match(url.pathname)) ?? Response.error(),
        ),
    );
});
