/** What a person is asked and told, in Live's own web view. It sends one text back and is closed by that. */

import { calling, type Host } from "./host";

const STYLE =
  "body{font:13px system-ui;margin:16px;background:#222;color:#ddd}input,button{font:inherit;padding:6px;width:100%;" +
  "box-sizing:border-box;margin-top:10px;background:#333;color:#eee;border:1px solid #555}button{width:48%}";
const SEND =
  "function send(text){var m={method:'close_and_send',params:[text]};" +
  "if(window.webkit&&window.webkit.messageHandlers&&window.webkit.messageHandlers.live)" +
  "window.webkit.messageHandlers.live.postMessage(m);else window.chrome.webview.postMessage(m)}";

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function page(body: string): string {
  const html = `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><script>${SEND}</script>${body}`;
  return `data:text/html;charset=utf-8,${encodeURIComponent(html)}`;
}

/** Ask for words; null where the person does not want to. */
export async function askWords(host: Host, title: string, last: string): Promise<string | null> {
  const body =
    `<form onsubmit="send(document.querySelector('input').value);return false">${escaped(title)}` +
    `<input autofocus value="${escaped(last)}" maxlength="4000"><button>OK</button> ` +
    `<button type="button" onclick="send('')">Cancel</button></form>`;
  const said = await calling<string>((done, fail) => host.ui.showModalDialog(page(body), 420, 150, done, fail));
  return said.trim() || null;
}

export async function tell(host: Host, text: string): Promise<void> {
  const body = `<p>${escaped(text)}</p><button autofocus onclick="send('')">OK</button>`;
  await calling<string>((done, fail) => host.ui.showModalDialog(page(body), 420, 170, done, fail));
}
