import { api, Job } from "./api";

const ENDED = ["done", "failed", "cancelled"];

export function Queue({ jobs, say }: { jobs: Job[]; say: (text: string) => void }) {
  const cancel = (job: Job) => api(`jobs/${job.job}`, "DELETE").catch((error) => say(error.message));
  return (
    <section aria-labelledby="queue">
      <h2 id="queue">Queue</h2>
      {jobs.length === 0 && <p className="quiet">Nothing was asked for yet.</p>}
      <ul className="queue">
        {jobs.slice(0, 6).map((job) => (
          <li key={job.job} data-state={job.state}>
            <span className="words">{job.prompt || "an audio file"}</span>
            {ENDED.includes(job.state)
              ? <span className="quiet">{job.state}{job.text && `: ${job.text}`}</span>
              : <>
                  <progress max={1} value={job.progress} aria-label={`Progress of ${job.prompt}`} />
                  <button className="small" onClick={() => cancel(job)} aria-label={`Cancel ${job.prompt}`}>Cancel</button>
                </>}
          </li>
        ))}
      </ul>
    </section>
  );
}
