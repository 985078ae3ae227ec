import { FormEvent, useState } from "react";
import { api, Who } from "../api/client";
import { t } from "../words/words";

/** The login, shown only where the machine has profiles. */
export function Login({ names, done }: { names: string[]; done: () => void }) {
  const [words, setWords] = useState("");
  function login(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    api<Who>("login", "POST", Object.fromEntries(new FormData(event.currentTarget))).then(done, (error) =>
      setWords(error.message),
    );
  }
  return (
    <main className="login">
      <section aria-labelledby="login">
        <h1 id="login">{t("Who is making music?")}</h1>
        <form onSubmit={login}>
          <label>
            {t("Name")}
            <select name="name">
              {names.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            {t("Password")}
            <input name="password" type="password" required autoFocus autoComplete="current-password" />
          </label>
          <button>{t("Log in")}</button>
        </form>
        <p role="status" className="said">
          {words}
        </p>
      </section>
    </main>
  );
}

/** A new profile. Before the first one only the summary is shown. */
export function People({ who, changed, say }: { who: Who; changed: (who: Who) => void; say: (text: string) => void }) {
  function add(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    api<Who>("profiles", "POST", Object.fromEntries(new FormData(form))).then(
      (now) => {
        form.reset();
        changed(now);
        say(
          who.names.length
            ? t("They can log in now.")
            : t("This is {name}'s page now; the marks made so far are {name}'s.", { name: now.name ?? "" }),
        );
      },
      (error) => say(error.message),
    );
  }
  return (
    <details>
      <summary>{t("People")}</summary>
      <p className="quiet">
        {who.names.length
          ? t("Profiles: {names}. Each has favourites, stars, collections, edits and preferences of their own.", {
              names: who.names.join(", "),
            })
          : t(
              "Several people use this machine? With profiles each logs in, and has favourites, collections and edits of their own.",
            )}
      </p>
      <form className="row" onSubmit={add}>
        <label>
          {t("New name")}
          <input name="name" required maxLength={40} autoComplete="off" />
        </label>
        <label>
          {t("Its password")}
          <input name="password" type="password" required minLength={8} autoComplete="new-password" />
        </label>
        <button>{t("Add profile")}</button>
      </form>
    </details>
  );
}
