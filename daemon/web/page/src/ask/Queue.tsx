import { api, Job } from "../api/client";
import { BATCH } from "./Ask";

const ENDED = ["done", "failed", "cancelled"];
const SHOWN = 8;

/** What was asked for: running first, each with what it waits for, and what ended with its clips or the reason. */
export function Queue({ jobs, choose, say, sort }: { jobs: Job[]; choose: (clip: string) => void; say: (text: string) => void; sort: (job: string) => void }) {
  const answer = (job: Job, yes: boolean) => api(`jobs/${job.job}/answer`, "POST", { yes })
    .then(() => say(yes ? "It goes on with what was proposed." : "It goes on with your own words."), (error) => say(error.message));
  const cancel = (job: Job) => api(`jobs/${job.job}`, "DELETE").catch((error) => say(error.message));
  return (
    <section aria-labelledby="queue" className="queued">
      <h2 id="queue">Queue</h2>
      {jobs.length === 0 && <p className="quiet">Nothing was asked for yet.</p>}
      <ul className="queue">
        {jobs.slice(0, SHOWN).map((job) => (
          <li key={job.job} data-state={job.state}>
            <span className="words" title={job.title}>{job.title}</span>
            {job.count >= BATCH && <button className="small" onClick={() => sort(job.job)} aria-label={`Sort ${job.count} of ${job.title}`}>Sort {job.count}</button>}
            {ENDED.includes(job.state)
              ? <>
                  <span className={`quiet state ${job.state}`}>{job.state}</span>
                  {job.clips.length > 0 && job.count < BATCH && <button className="small" onClick={() => choose(job.clips[0])} aria-label={`Open ${job.title}`}>Open</button>}
                  {job.text && <p className="why">{job.text}</p>}
                </>
              : <>
                  <button className="small" onClick={() => cancel(job)} aria-label={`Cancel ${job.title}`}>Cancel</button>
                  <progress max={1} value={job.progress} aria-label={`Progress of ${job.title}`} />
                  {job.waits_for && <p className="why" role="status">waits: {job.waits_for}</p>}
                  {job.proposal && <div className="why">
                    <p>A language model proposes:</p><pre tabIndex={0} aria-label="What is proposed">{job.proposal}</pre>
                    <div className="row tight"><button className="small" onClick={() => answer(job, true)}>Use it</button>
                      <button className="small" onClick={() => answer(job, false)}>No, my own words</button></div></div>}
                </>}
          </li>
        ))}
      </ul>
    </section>
  );
}
