/** A poll or quiz in its bubble: voting, results, taking the vote back. */
import { act } from "./actions.js";
import { h } from "./dom.js";
import { formatted } from "./entities.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { state } from "./state.js";

const picked = new Map();    // poll id -> what is ticked but not sent, where several answers are taken

/** Draw the poll of a message. */
export function poll(message) {
  const { poll: asked, my_vote: mine = [] } = message;
  const shown = asked.is_closed || mine.length > 0;
  return h("div", { class: "poll", "data-testid": "poll", role: "group", "aria-label": asked.question },
    h("b", { class: "poll-question", dir: "auto" }, formatted(asked.question, asked.question_entities)),
    h("span", { class: "poll-kind" }, kindOf(asked)),
    h("div", { class: "poll-options" }, asked.options.map((option, index) => (shown ? result(asked, mine, option, index) : choice(message, option, index)))),
    shown && asked.explanation && h("p", { class: "poll-why", dir: "auto" }, icon("help"), h("span", {}, formatted(asked.explanation, asked.explanation_entities))),
    h("div", { class: "poll-foot" },
      h("span", { "data-testid": "poll-total" }, asked.total_voter_count ? t("poll.total", { n: asked.total_voter_count }) : t("poll.nobody")),
      !shown && asked.allows_multiple_answers && voteButton(message),
      canRetract(message) && h("button", { type: "button", class: "text-button", "data-testid": "poll-retract", "data-focus": "retract", onclick: () => vote(message, []) }, t("poll.retract"))));
}

function kindOf(asked) {
  if (asked.is_closed) return t("poll.closed");
  const kind = t(asked.type === "quiz" ? "poll.quiz" : asked.is_anonymous ? "poll.anonymous" : "poll.open");
  return asked.allows_multiple_answers ? `${kind} · ${t("poll.several")}` : kind;
}

const canRetract = ({ poll: asked, my_vote: mine }) => mine?.length > 0 && !asked.is_closed && asked.allows_revoting && asked.type !== "quiz";

function choice(message, option, index) {
  const { poll: asked } = message;
  const several = asked.allows_multiple_answers;
  const node = h("button", {
    type: "button", class: `poll-option ${several ? "is-box" : ""}`, "data-testid": "poll-option", "data-focus": `option ${index}`,
    role: several ? "checkbox" : null, "aria-checked": several ? String(ticked(asked).has(index)) : null,
    onclick: () => (several ? tick(asked, index, node) : vote(message, [index])),
  }, h("span", { class: "poll-mark", "aria-hidden": "true" }), h("span", { dir: "auto" }, formatted(option.text, option.text_entities)));
  return node;
}

function ticked(asked) {
  if (!picked.has(asked.id)) picked.set(asked.id, new Set());
  return picked.get(asked.id);
}

function tick(asked, index, node) {
  const all = ticked(asked);
  if (!all.delete(index)) all.add(index);
  node.setAttribute("aria-checked", String(all.has(index)));
  node.closest(".poll").querySelector(".poll-vote").disabled = all.size === 0;
}

function voteButton(message) {
  const all = ticked(message.poll);
  return h("button", { type: "button", class: "button primary poll-vote", "data-testid": "poll-vote", disabled: all.size === 0, onclick: () => vote(message, [...all].sort((a, b) => a - b)) }, t("poll.vote"));
}

async function vote(message, options) {
  const done = await act("vote", { chat: state.chat, message: message.message_id, options });
  if (done) picked.delete(message.poll.id);
}

function result(asked, mine, option, index) {
  const own = mine.includes(index);
  const right = asked.correct_option_ids?.includes(index);
  const wrong = own && asked.correct_option_ids && !right;
  const percent = asked.total_voter_count ? Math.round((option.voter_count / asked.total_voter_count) * 100) : 0;
  const mark = right ? "check" : wrong ? "close" : own ? "check" : null;
  const says = [own && t("poll.mine"), right && t("poll.right"), wrong && t("poll.wrong")].filter(Boolean).join("，");
  return h("div", { class: `poll-result ${own ? "is-mine" : ""} ${right ? "is-right" : ""} ${wrong ? "is-wrong" : ""}`, "data-testid": "poll-result" },
    h("span", { class: "poll-percent" }, `${percent}%`),
    h("span", { class: "poll-text", dir: "auto" }, formatted(option.text, option.text_entities)),
    mark && h("span", { class: "poll-sign", role: "img", "aria-label": says, title: says }, icon(mark)),
    h("progress", { class: "poll-bar", max: Math.max(1, asked.total_voter_count), value: option.voter_count, "aria-label": `${option.text} ${percent}%` }));
}
