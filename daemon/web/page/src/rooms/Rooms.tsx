import { Job } from "../api/client";
import { Dialog } from "../design/Dialog";
import { t } from "../words/words";
import { Films } from "./Films";
import { Projects } from "./Projects";
import { Radio } from "./Radio";
import "./rooms.css";

export type Say = (text: string) => void;

/** What plays or is made for long, over the page: the radio, projects and films. */
export default function Rooms({
  room,
  film,
  jobs,
  close,
  edited,
  say,
}: {
  room: "radio" | "projects" | "films";
  /** The film that is to be seen at first. */
  film: string | null;
  jobs: Job[];
  close: () => void;
  edited: () => void;
  say: Say;
}) {
  const titles = { radio: t("Radio"), projects: t("Projects"), films: t("Films") };
  const done = jobs.filter((job) => job.state === "done").length;
  return (
    <Dialog name={room} title={titles[room]} close={close}>
      {room === "radio" && <Radio edited={edited} say={say} />}
      {room === "projects" && <Projects say={say} />}
      {room === "films" && <Films first={film} changed={done} say={say} />}
    </Dialog>
  );
}
