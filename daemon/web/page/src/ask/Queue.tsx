import { api, Job } from "../api/client";
import { Said } from "../words/Said";
import { t, tWord } from "../words/words";
import { BATCH } from "./Ask";

const ENDED = ["done", "failed", "cancelled"];
const SHOWN = 8;

/** What was asked for: running first, each with what it waits for, and what ended with its clips or the reason. */
export function Queue({
  jobs,
  choose,
  say,
  ask,
  open,
  sort,
  films,
}: {
  jobs: Job[];
  choose: (clip: string) => void;
  say: (text: string) => void;
  ask: (prompt: string) => void;
  open: (what: "studio" | "daws") => void;
  sort: (job: string) => void;
  films: (film: string) => void;
}) {
  const answer = (job: Job, yes: boolean) =>
    api(`jobs/${job.job}/answer`, "POST", { yes }).then(
      () => say(yes ? t("It goes on with what was proposed.") : t("It goes on with your own words.")),
      (error) => say(error.message),
    );
  const cancel = (job: Job) => api(`jobs/${job.job}`, "DELETE").catch((error) => say(error.message));
  return (
    <section aria-labelledby="queue" className="queued">
      <h2 id="queue">{t("Queue")}</h2>
      {jobs.length === 0 && <p className="quiet">{t("Nothing was asked for yet.")}</p>}
      <ul className="queue">
        {jobs.slice(0, SHOWN).map((job) => (
          <li key={job.job} data-state={job.state}>
            <span className="words" title={job.title}>
              {job.title}
            </span>
            {job.count >= BATCH && (
              <button
                className="small"
                onClick={() => sort(job.job)}
                aria-label={t("Sort {n} of {title}", { n: job.count, title: job.title })}
              >
                {t("Sort {n}", { n: job.count })}
              </button>
            )}
            {ENDED.includes(job.state) ? (
              <>
                <span className={`quiet state ${job.state}`}>{tWord(job.state)}</span>
                {job.clips.length > 0 && job.count < BATCH && (
                  <button
                    className="small"
                    onClick={() => (job.kind === "video" ? films : choose)(job.clips[0])}
                    aria-label={t("Open {title}", { title: job.title })}
                  >
                    {t("Open")}
                  </button>
                )}
                {job.text && (
                  <p className="why">
                    <Said text={job.text} />
                  </p>
                )}
                {job.state === "failed" && <Mend job={job} ask={ask} open={open} />}
              </>
            ) : (
              <>
                <button
                  className="small"
                  onClick={() => cancel(job)}
                  aria-label={t("Cancel {title}", { title: job.title })}
                >
                  {t("Cancel")}
                </button>
                <progress max={1} value={job.progress} aria-label={t("Progress of {title}", { title: job.title })} />
                {job.waits_for && (
                  <p className="why" role="status">
                    {t("waits: {why}", { why: job.waits_for })}
                  </p>
                )}
                {job.proposal && (
                  <div className="why">
                    <p>{t("A language model proposes:")}</p>
                    <pre tabIndex={0} aria-label={t("What is proposed")}>
                      {job.proposal}
                    </pre>
                    <div className="row tight">
                      <button className="small" onClick={() => answer(job, true)}>
                        {t("Use it")}
                      </button>
                      <button className="small" onClick={() => answer(job, false)}>
                        {t("No, my own words")}
                      </button>
                    </div>
                  </div>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Errors that the studio has more of: which engines there are, what was spent, and the settings. */
const OF_THE_STUDIO = /engine|model|token|key|spend|cap|licen[cs]e|disk|config|setting/;

/** What can be done about a failed job, where it stands: its words once more, to be changed, and what they run into. */
function Mend({
  job,
  ask,
  open,
}: {
  job: Job;
  ask: (prompt: string) => void;
  open: (what: "studio" | "daws") => void;
}) {
  return (
    <div className="row tight why">
      {job.prompt && (
        <button className="small" onClick={() => ask(job.prompt)}>
          {t("Change the words and ask again")}
        </button>
      )}
      {OF_THE_STUDIO.test(job.code ?? "") && (
        <button className="small" onClick={() => open("studio")}>
          {t("Engines, spend and settings")}
        </button>
      )}
    </div>
  );
}
