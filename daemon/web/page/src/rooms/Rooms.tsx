import { Job } from "../api/client";
import { Dialog } from "../design/Dialog";
import { t } from "../words/words";
import { Films } from "./Films";
import { Projects } from "./Projects";
import { Radio } from "./Radio";
import { Taught } from "./Taught";
import "./rooms.css";

export type Say = (text: string) => void;

/** What plays or is made for long, over the page: the radio, projects, films and engines of one's own. */
export default function Rooms({
  room,
  film,
  jobs,
  close,
  sort,
  edited,
  say,
}: {
  room: "radio" | "projects" | "films" | "taught";
  /** The film that is to be seen at first. */
  film: string | null;
  jobs: Job[];
  close: () => void;
  /** To the page on which a batch is sorted. */
  sort: (job: string) => void;
  edited: () => void;
  say: Say;
}) {
  const titles = { radio: t("Radio"), projects: t("Projects"), films: t("Films"), taught: t("Your own sounds") };
  const done = jobs.filter((job) => job.state === "done").length;
  return (
    <Dialog name={room} title={titles[room]} close={close}>
      {room === "radio" && <Radio edited={edited} say={say} />}
      {room === "projects" && <Projects say={say} />}
      {room === "films" && <Films first={film} changed={done} say={say} />}
      {room === "taught" && <Taught jobs={jobs} changed={done} sort={sort} say={say} />}
    </Dialog>
  );
}
