/** Topics of a forum: the strip above the messages, which messages belong to the open one, opening and closing them. */
import { act } from "./actions.js";
import { ask } from "./dialogs.js";
import { byId, h, reconcile } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { state, update } from "./state.js";

const GENERAL = 1;
const ADMINS = ["creator", "administrator"];

/** Return the topic's id of a message; what is in no other topic is in General. */
export const topicOf = (message) => (message.is_topic_message ? message.message_thread_id : GENERAL);

/** Return the chosen topic of a forum, or null while all are shown. */
export function openTopic(chat) {
  if (!chat?.is_forum || state.topic?.chat !== chat.id) return null;
  return chat.topics.find((topic) => topic.id === state.topic.id) ?? null;
}

/** Return the messages of the chosen topic, or of all. */
export function shownMessages(chat) {
  const topic = openTopic(chat);
  return topic ? chat.messages.filter((message) => topicOf(message) === topic.id) : chat.messages;
}

/** Return what a verb has to say about the topic a message goes to. */
export function topicField(chat, answered) {
  const topic = openTopic(chat);
  return topic && !answered ? { topic: topic.id } : {};
}

/** Say whether the visitor cannot write because the chosen topic is closed. */
export const topicIsShut = (chat) => Boolean(openTopic(chat)?.closed) && !ADMINS.includes(chat.status);

/** The name of a message's topic. */
export function topicName(message) {
  const chat = state.view?.chats.find((each) => each.id === message.chat?.id);
  const topic = chat?.topics?.find((each) => each.id === topicOf(message));
  return topic ? nameOf(topic) : "";
}

const nameOf = (topic) => (topic.id === GENERAL && topic.name === "General" ? t("topic.general") : topic.name);

/** Draw the strip; hidden in chats without topics. */
export function drawTopics(chat) {
  const strip = byId("topics");
  const topics = chat?.is_forum && chat.member ? chat.topics.filter((topic) => !topic.hidden) : [];
  strip.hidden = !topics.length;
  const chosen = openTopic(chat)?.id ?? null;
  reconcile(strip, topics.length ? [{ id: null }, ...topics] : [], {
    key: (topic) => `${chat.id} ${topic.id}`,
    sign: (topic) => JSON.stringify([topic, chosen === topic.id, state.lang]),
    draw: (topic) => h("button", {
      type: "button", class: "topic", "aria-pressed": String(chosen === topic.id), "data-testid": `topic-${topic.id ?? "all"}`, "data-focus": "topic",
      onclick: () => update({ topic: topic.id === null ? null : { chat: chat.id, id: topic.id } }),
    }, topic.id === null ? t("topic.all") : h("span", { dir: "auto" }, nameOf(topic)), topic.closed && h("span", { class: "topic-shut", title: t("topic.closed"), role: "img", "aria-label": t("topic.closed") }, icon("lock"))),
  });
}

/** What an administrator can do about topics, for the chat's menu. */
export function topicMenu(chat) {
  if (!chat.is_forum || !ADMINS.includes(chat.status)) return [];
  const topic = openTopic(chat);
  const verb = topic?.closed ? "reopen_topic" : "close_topic";
  return [
    { label: t("topic.new"), icon: "plus", testid: "menu-topic-new", act: () => ask(t("topic.new"), (name) => act("topic", { chat: chat.id, name })) },
    topic && { label: t(topic.closed ? "topic.reopen" : "topic.close", { name: nameOf(topic) }), icon: "lock", testid: "menu-topic-shut", act: () => act(verb, { chat: chat.id, topic: topic.id }) },
  ].filter(Boolean);
}
