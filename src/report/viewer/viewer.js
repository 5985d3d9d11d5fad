"use strict";
/*
 * The viewer of an HTML report. The records are JSON Lines in the element "records". All text from them enters the page as text
 * nodes, never as markup. Rows of the list and ladders are built when they are shown.
 */
(function () {
	const FAILED = ["rejected", "deferred", "partial", "aborted"];
	const ORDER = ["rejected", "deferred", "partial", "aborted", "unknown", "delivered", "no-mail"];
	const BATCH = 200; /* rows built at once */
	const PRINTED = 60; /* sessions printed when none is open */
	const GROUPS = 12, STORIES = 8; /* shown before "all" */
	const HIDING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

	const sessions = new Map(); /* number -> { record, findings, dialogue } */
	const stories = [];
	let summary = null;
	const state = { rows: [], shown: 0, sort: "number", down: false, outcomes: new Set(), open: null, scale: false };

	const find = (id) => document.getElementById(id);

	/************ elements ************/

	function make(tag, attributes, ...children) {
		const element = document.createElement(tag);
		for (const [name, value] of Object.entries(attributes || {})) {
			if (name === "class") element.className = value;
			else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
			else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
		}
		add(element, children);
		return element;
	}

	function add(element, children) {
		for (const child of children.flat(Infinity)) {
			if (child === null || child === undefined || child === "") continue;
			element.append(child instanceof Node ? child : visible(String(child)));
		}
		return element;
	}

	/* Characters that hide or reorder their neighbors become visible. */
	function visible(text) {
		return text.replace(HIDING, (c) => {
			const point = c.codePointAt(0);
			return point < 0x100 ? "\\x" + point.toString(16).padStart(2, "0") : "\\u{" + point.toString(16) + "}";
		});
	}

	function wire(text) {
		return make("span", { class: "wire", dir: "ltr" }, text);
	}

	function facts(pairs) {
		const list = make("dl", { class: "facts" });
		for (const [name, value] of pairs)
			if (value !== null && value !== undefined && value !== "") add(list, [make("dt", {}, name), make("dd", {}, value)]);
		return list;
	}

	/************ words ************/

	function milliseconds(ms) {
		if (ms === null || ms === undefined) return "";
		if (ms >= 60000) return Math.floor(ms / 60000) + " min " + Math.round((ms % 60000) / 1000) + " s";
		if (ms >= 1000) return (ms / 1000).toFixed(ms >= 10000 ? 1 : 2) + " s";
		return (ms >= 10 ? Math.round(ms) : ms.toFixed(1)) + " ms";
	}

	const moment = (text) => (text ? text.replace("T", " ").replace(/\.\d+/, "").replace("Z", " UTC") : "");
	const endpoint = (e) => (e ? (e.ip.includes(":") ? "[" + e.ip + "]" : e.ip) + ":" + e.port : "");
	const many = (count, word, plural) => count.toLocaleString("en") + " " + (count === 1 ? word : plural || word + "s");
	const sender = (m) => (m.mail_from === null ? "" : m.mail_from || "<>");
	const SIDES = {
		sender: "the sender", client: "the sending program", recipient: "the recipient", receiver: "the receiving organization", server: "the receiving server",
		network: "the network between them", middlebox: "a device between them", nobody: "nobody in particular",
	};
	const RETRIES = { useless: "the same mail would fail again", automatic: "a mail queue retries by itself", later: "send it again later", unneeded: "no retry is needed" };

	function telling(session) {
		return session.messages.find((m) => m.outcome !== "accepted") || session.messages[0] || null;
	}

	function recipients(m) {
		if (!m || !m.recipients.length) return "";
		const more = m.recipients.length - 1 + (m.recipients_omitted || 0);
		return m.recipients[0].address + (more ? " +" + more : "");
	}

	function cause(session) {
		const v = session.verdict;
		if (!v || !v.id || v.id === "unknown") return v && FAILED.includes(session.outcome) ? "unknown" : "";
		return v.cause && v.cause !== "unknown" ? v.cause : v.id;
	}

	function row_of(entry) {
		const s = entry.record, m = telling(s);
		const failed = m && m.outcome !== "accepted" ? m.recipients.find((r) => r.outcome !== "accepted" && r.code) : null;
		return {
			number: s.session, start: s.start || "", client: endpoint(s.client), server: endpoint(s.server), helo: s.helo || "",
			from: m ? sender(m) : "", to: recipients(m), outcome: s.outcome, code: (m && m.code) || (failed && failed.code) || "",
			cause: cause(s), all: m ? m.recipients.map((r) => r.address).join(" ") : "",
		};
	}

	/************ reading ************/

	function read_records() {
		const session_of = (number) => {
			if (!sessions.has(number)) sessions.set(number, { record: null, findings: [], dialogue: null });
			return sessions.get(number);
		};
		const dialogue = /^\{"type":"dialogue","session":(\d+),/;
		for (const line of find("records").textContent.split("\n")) {
			const head = dialogue.exec(line);
			if (head) {
				session_of(Number(head[1])).dialogue = line; /* parsed when the session is opened */
				continue;
			}
			if (!line.startsWith("{")) continue;
			const record = JSON.parse(line);
			if (record.type === "session") session_of(record.session).record = record;
			else if (record.type === "finding") session_of(record.session).findings.push(record);
			else if (record.type === "story") stories.push(record);
			else if (record.type === "summary") summary = record;
		}
		for (const [number, entry] of sessions)
			if (!entry.record) sessions.delete(number);
	}

	/************ overview ************/

	function link(number) {
		return make("a", { href: "#session-" + number }, String(number));
	}

	function links(numbers) {
		const shown = numbers.slice(0, 8).map((n, i) => [i ? ", " : "", link(n)]);
		return [shown, numbers.length > 8 ? ", +" + (numbers.length - 8) : ""].flat(2);
	}

	function tone(outcome) {
		return outcome === "rejected" ? "bad" : outcome === "delivered" ? "good" : FAILED.includes(outcome) ? "warn" : "";
	}

	function story_card(story) {
		return make("article", { class: "card verdict " + tone(story.outcome) },
			make("p", {}, make("strong", {}, story.headline || story.pattern)),
			story.advice ? make("p", {}, story.advice) : null,
			make("p", { class: "hint" }, many(story.sessions.length, "session") + ": ", links(story.sessions)));
	}

	/* Failed sessions with the same cause at the same server are one line. */
	function groups() {
		const found = new Map();
		for (const { record } of sessions.values()) {
			if (!FAILED.includes(record.outcome) && !(record.verdict && record.verdict.headline && record.outcome !== "delivered")) continue;
			const name = cause(record) || record.outcome, key = name + " " + record.server.ip;
			if (!found.has(key)) found.set(key, { name, server: record.server.ip, record, numbers: [] });
			found.get(key).numbers.push(record.session);
		}
		return [...found.values()].sort((a, b) => b.numbers.length - a.numbers.length);
	}

	function group_table(list) {
		const head = make("tr", {}, ["Cause", "Server", "What happened and what to do", "Sessions"].map((t) => make("th", { scope: "col" }, t)));
		const rows = list.map((g) => make("tr", {},
			make("td", { class: "tight " + g.record.outcome }, g.name), make("td", { class: "tight" }, g.server),
			make("td", {}, (g.record.verdict && g.record.verdict.headline) || g.record.outcome,
				g.record.verdict && g.record.verdict.advice ? [make("br"), g.record.verdict.advice] : null),
			make("td", {}, links(g.numbers))));
		return make("div", { class: "scroll" }, make("table", { class: "groups" }, make("thead", {}, head), make("tbody", {}, rows)));
	}

	function show_overview() {
		const place = find("overview"), list = groups();
		for (const text of (summary && summary.errors) || []) add(place, [make("p", { class: "notice" }, "Input: " + text)]);
		if (summary && summary.dropped_packets) add(place, [make("p", { class: "notice" }, many(summary.dropped_packets, "packet") + " were dropped before they could be read.")]);
		if (summary && summary.evicted_sessions) add(place, [make("p", { class: "notice" }, many(summary.evicted_sessions, "session") + " were ended early to limit memory.")]);
		if (list.length) add(place, [make("h2", {}, "Failures"), group_table(list.slice(0, GROUPS))]);
		if (list.length > GROUPS) {
			const more = make("button", { type: "button", class: "onscreen", onclick: () => { more.previousSibling.replaceWith(group_table(list)); more.remove(); } }, "All " + list.length + " causes");
			add(place, [more]);
		}
		if (stories.length) add(place, [make("h2", {}, "Stories"), story_cards()]);
	}

	/* Mail that was not delivered comes first. */
	function story_cards() {
		const good = (story) => (story.outcome === "delivered" ? 1 : 0);
		const sorted = [...stories].sort((a, b) => good(a) - good(b) || a.number - b.number), cards = make("div", { class: "cards" }, sorted.slice(0, STORIES).map(story_card));
		if (sorted.length <= STORIES) return cards;
		const more = make("button", { type: "button", class: "onscreen", onclick: () => { more.remove(); add(cards, sorted.slice(STORIES).map(story_card)); } }, "All " + sorted.length + " stories");
		return [cards, more];
	}

	function show_totals() {
		const counts = ORDER.map((o) => [o, [...sessions.values()].filter((s) => s.record.outcome === o).length]).filter(([, n]) => n);
		find("totals").textContent = many(sessions.size, "session") + (counts.length ? ": " + counts.map(([o, n]) => n + " " + o).join(", ") : "") +
			(summary ? " · " + many(summary.packets, "packet") : "");
		for (const [outcome, count] of counts) {
			const button = make("button", { type: "button", "aria-pressed": "false", onclick: () => {
				const on = !state.outcomes.has(outcome);
				state.outcomes[on ? "add" : "delete"](outcome);
				button.setAttribute("aria-pressed", String(on));
				filter_rows();
			} }, outcome + " " + count);
			add(find("outcomes"), [button]);
		}
	}

	/************ list ************/

	const COLUMNS = [
		["number", "#", "number"], ["start", "Start", "tight wide"], ["client", "Client", "mid"], ["server", "Server", "wide"], ["helo", "HELO", "wide"],
		["from", "From", "mid"], ["to", "To", ""], ["outcome", "Outcome", "tight"], ["code", "Code", "number"], ["cause", "Cause", ""],
	];

	function show_head() {
		const cells = COLUMNS.map(([key, title, style]) => {
			const cell = make("th", { scope: "col", class: style, "aria-sort": key === state.sort ? (state.down ? "descending" : "ascending") : null },
				make("button", { type: "button", onclick: () => {
					state.down = state.sort === key ? !state.down : false;
					state.sort = key;
					show_head();
					filter_rows();
				} }, title + (key === state.sort ? (state.down ? " ▼" : " ▲") : "")));
			return cell;
		});
		document.querySelector("#sessions thead").replaceChildren(make("tr", {}, cells));
	}

	function filter_rows() {
		const words = find("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
		const rows = [...sessions.values()].map((entry) => entry.row || (entry.row = row_of(entry)));
		state.rows = rows.filter((row) => {
			if (state.outcomes.size && !state.outcomes.has(row.outcome)) return false;
			const text = row.text || (row.text = Object.values(row).join(" ").toLowerCase());
			return words.every((word) => text.includes(word));
		});
		const key = state.sort, sign = state.down ? -1 : 1;
		const numeric = key === "number" || key === "code";
		state.rows.sort((a, b) => sign * (numeric ? a[key] - b[key] : a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0) || a.number - b.number);
		state.shown = 0;
		document.querySelector("#sessions tbody").replaceChildren();
		find("count").textContent = state.rows.length === sessions.size ? many(sessions.size, "session") : state.rows.length.toLocaleString("en") + " of " + many(sessions.size, "session");
		show_rows();
	}

	function show_rows() {
		const body = document.querySelector("#sessions tbody");
		for (const row of state.rows.slice(state.shown, state.shown + BATCH)) {
			const cells = COLUMNS.map(([key, , style]) => make("td", { class: style + (key === "outcome" ? " " + row.outcome : ""), title: String(row[key]).length > 18 ? visible(String(row[key])) : null },
				key === "start" ? moment(row.start).slice(0, 19) : key === "number" ? make("a", { href: "#session-" + row.number, tabindex: "-1" }, String(row.number)) : String(row[key])));
			body.append(make("tr", { tabindex: "0", "data-number": row.number, "aria-selected": String(row.number === state.open) }, cells));
		}
		state.shown = Math.min(state.rows.length, state.shown + BATCH);
	}

	/************ one session ************/

	function budget(record) {
		const owners = ["client", "network", "server"], sums = { client: 0, network: 0, server: 0 };
		for (const phase of Object.values(record.time_ms || {}))
			for (const owner of owners) sums[owner] += phase[owner] || 0;
		const total = owners.reduce((sum, owner) => sum + sums[owner], 0);
		if (!total) return null;
		const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg");
		svg.setAttribute("viewBox", "0 0 1000 20");
		svg.setAttribute("preserveAspectRatio", "none");
		svg.setAttribute("role", "img");
		svg.setAttribute("aria-label", owners.map((o) => o + " " + milliseconds(sums[o])).join(", "));
		let at = 0;
		for (const [phase, spent] of Object.entries(record.time_ms)) {
			for (const owner of owners) {
				const width = 1000 * (spent[owner] || 0) / total;
				if (!width) continue;
				const rect = document.createElementNS(space, "rect"), title = document.createElementNS(space, "title");
				title.textContent = phase + ", " + owner + ": " + milliseconds(spent[owner]);
				for (const [name, value] of Object.entries({ x: at, y: 0, width, height: 20, class: owner })) rect.setAttribute(name, value);
				rect.append(title);
				svg.append(rect);
				at += width;
			}
		}
		const phases = Object.entries(record.time_ms).map(([phase, spent]) => [phase, owners.reduce((sum, o) => sum + (spent[o] || 0), 0)]).filter(([, ms]) => ms > 0);
		return make("div", { class: "budget card" }, make("h3", {}, "Time: " + milliseconds(total)), svg,
			make("p", {}, owners.map((o) => [make("span", { class: "key " + o, "aria-hidden": "true" }), o + " " + milliseconds(sums[o]) + "   "])),
			make("p", {}, "By phase: " + phases.map(([phase, ms]) => phase + " " + milliseconds(ms)).join(", ")));
	}

	function copyable(text) {
		const button = make("button", { type: "button", class: "onscreen", onclick: () => {
			const done = () => { button.textContent = "Copied"; };
			if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => {});
		} }, "Copy");
		return [make("code", { dir: "ltr" }, text), " ", button];
	}

	function verdict_card(record) {
		const v = record.verdict || {};
		const side = SIDES[v.responsible], retry = RETRIES[v.retry];
		return make("article", { class: "card verdict " + tone(record.outcome) },
			make("p", {}, make("strong", {}, v.headline || "Outcome: " + record.outcome)),
			v.headline ? make("p", {}, [cause(record) ? "Cause: " + cause(record) + " (" + v.certainty + ")" : "", side ? "Side: " + side : "", retry || ""].filter(Boolean).join(" · ")) : null,
			v.advice ? make("p", {}, v.advice) : null,
			(v.against || []).map((t) => make("p", {}, "Against it: " + t)),
			(v.unseen || []).length ? make("p", {}, "Not seen: " + v.unseen.join("; ")) : null,
			v.capture_next ? make("p", {}, "Capture next: ", copyable(v.capture_next)) : null);
	}

	function message_card(m, index) {
		const accepted = m.recipients.filter((r) => r.outcome === "accepted").length;
		return make("article", { class: "card" },
			make("p", {}, make("strong", {}, "Message " + (index + 1) + ": "), make("span", { class: m.outcome }, m.outcome === "accepted" && accepted < m.recipients.length ? "accepted for " + accepted + " of " + m.recipients.length + " recipients" : m.outcome)),
			facts([["From", m.mail_from === null ? null : wire(m.mail_from || "<>")], ["Size", m.bytes ? (m.bytes_estimated ? "about " : "") + many(m.bytes, "byte") : null], ["Queue id", m.queue_id ? wire(m.queue_id) : null], ["Reply", m.code ? wire(m.code + " " + (m.text || "")) : null]]),
			make("ul", {}, m.recipients.slice(0, 50).map((r) => make("li", {}, wire(r.address), " ", make("span", { class: r.outcome }, r.outcome), r.code ? " (" + r.code + (r.enhanced ? " " + r.enhanced : "") + ")" : ""))),
			m.recipients.length > 50 ? make("p", {}, "+" + (m.recipients.length - 50) + " more recipients") : null);
	}

	function finding_box(f, more) {
		const frames = (f.frames || []).filter(Boolean);
		return make("div", { class: "finding " + f.severity, id: "finding-" + f.number },
			make("p", {}, make("strong", {}, f.title || f.id)),
			f.why ? make("p", {}, f.why) : null, f.fix ? make("p", {}, f.fix) : null,
			make("p", { class: "label" }, f.severity + ", " + f.certainty + " · " + f.id + (f.cause && f.cause !== "unknown" ? "/" + f.cause : "") + (f.reference ? " · " + f.reference : ""),
				frames.length ? [" · packets ", frames.slice(0, 12).map((n, i) => [i ? ", " : "", make("a", { href: "#packet-" + f.session + "-" + n }, String(n))])] : null,
				more ? " · and " + more + " more" : ""));
	}

	/* The lines as they were sent: "250-" before all but the last one. */
	function reply_text(entry) {
		if (!entry.code) return entry.text;
		const lines = entry.text.split("\n");
		return lines.map((line, i) => entry.code + (i + 1 < lines.length || entry.more_lines ? "-" : " ") + line).join("\n") + (entry.more_lines ? "\n…" : "");
	}

	function turn(entry, before, session, findings) {
		const gap = before !== null && entry.ms !== null ? Math.max(0, entry.ms - before) : 0;
		const when = make("div", { class: "when" }, entry.ms === null ? "" : (entry.ms / 1000).toFixed(3), entry.frame ? make("small", {}, "packet " + entry.frame) : null);
		const lane = make("div", { class: "lane" }), item = make("li", { class: "turn " + entry.kind, "data-frame": entry.frame || null }, when, lane);
		if (entry.kind === "finding") {
			const f = findings.find((one) => one.number === entry.number);
			if (!f) return null;
			add(lane, [finding_box(f, entry.more)]);
		} else if (entry.kind === "command" || entry.kind === "body") {
			item.classList.add("command");
			const text = entry.kind === "body" ? "message data, " + (entry.bytes_estimated ? "about " : "") + many(entry.bytes, "byte") : entry.text;
			add(lane, [make("div", { class: "text" }, entry.kind === "body" ? text : wire(text), entry.mark ? "  ◆" : ""), make("div", { class: "arrow" }, entry.kind === "body" && entry.took_ms !== null ? " in " + milliseconds(entry.took_ms) + " " : " ")]);
		} else if (entry.kind === "reply" || entry.kind === "line") {
			item.classList.add("reply");
			add(lane, [make("div", { class: "text" }, wire(reply_text(entry)), entry.mark ? "  ◆" : ""),
				make("div", { class: "arrow" }, " ", [entry.name, entry.latency_ms === null || entry.latency_ms === undefined ? "" : "after " + milliseconds(entry.latency_ms), entry.recipient ? "for " + entry.recipient : ""].filter(Boolean).join(", "))]);
		} else {
			add(lane, [make("div", { class: "text" }, entry.kind === "fold" ? "… repeated " + many(entry.count, "time") + (entry.first_frame ? ", packets " + entry.first_frame + " to " + entry.last_frame : "") : entry.text)]);
		}
		if (state.scale && gap) item.style.marginTop = Math.min(600, Math.round(24 * Math.log2(1 + gap / 20))) + "px";
		return item;
	}

	function ladder(entry) {
		const list = make("ol", { class: "ladder" });
		if (!entry.dialogue) return list;
		const record = JSON.parse(entry.dialogue);
		let before = null, shown = new Set();
		record.entries.forEach((e) => {
			if (record.omitted && e.after_omitted) add(list, [make("li", { class: "turn remark" }, make("div"), make("div", { class: "lane" }, make("div", { class: "text" }, "… " + many(record.omitted, "line") + " left out"))) ]);
			const item = turn(e, before, entry.record, entry.findings);
			if (e.kind === "finding") shown.add(e.number);
			if (e.ms !== null) before = e.ms;
			if (item) list.append(item);
		});
		return list;
	}

	function session_view(entry, heading) {
		const s = entry.record;
		const view = make("div", { class: "session" }, make(heading, {}, "Session " + s.session),
			verdict_card(s),
			facts([["Client", endpoint(s.client) + (s.helo ? " (HELO " + s.helo + ")" : "")], ["Server", endpoint(s.server)], ["Time", moment(s.start) + (s.end ? " to " + moment(s.end).slice(11) : "")],
				["TLS", s.tls ? [s.tls.mode, s.tls.version, s.tls.cipher, s.tls.sni].filter(Boolean).join(", ") : null],
				["TCP", s.tcp.opened + ", closed: " + s.tcp.closed + (s.tcp.retransmissions ? ", " + many(s.tcp.retransmissions, "retransmission") : "") + (s.tcp.rtt_ms ? ", round trip " + milliseconds(s.tcp.rtt_ms) : "")],
				["Seen in part", s.visibility.length ? s.visibility.join(", ") : null],
				["Wireshark", s.wireshark_filter ? copyable(s.wireshark_filter) : null], ["Community ID", s.community_id]]),
			s.messages.slice(0, 20).map(message_card), s.messages.length > 20 ? make("p", {}, "+" + (s.messages.length - 20) + " more messages") : null,
			budget(s));
		const steps = ladder(entry), placed = new Set([...steps.querySelectorAll(".finding")].map((f) => f.id));
		const rest = entry.findings.filter((f) => !placed.has("finding-" + f.number) && f.severity !== "info" && !f.root);
		if (steps.children.length) add(view, [make("h3", {}, "Dialogue"), make("div", { class: "lanes", "aria-hidden": "true" }, make("span", {}, "client " + s.client.ip), make("span", {}, "server " + s.server.ip)), steps]);
		add(view, [rest.slice(0, 50).map((f) => finding_box(f, 0))]);
		return view;
	}

	function open_session(number) {
		const entry = sessions.get(number), place = find("detail");
		state.open = entry ? number : null;
		find("columns").classList.toggle("open", Boolean(entry));
		for (const row of document.querySelectorAll("#sessions tbody tr")) row.setAttribute("aria-selected", String(Number(row.dataset.number) === state.open));
		if (!entry) {
			place.replaceChildren();
			return;
		}
		place.replaceChildren(make("p", { class: "onscreen" }, make("button", { type: "button", onclick: close_session }, "Back to the list"), " ",
			make("button", { type: "button", "aria-pressed": String(state.scale), onclick: toggle_scale }, "Time to scale")), session_view(entry, "h2"));
	}

	function toggle_scale() {
		state.scale = !state.scale;
		if (state.open !== null) open_session(state.open);
	}

	function close_session() {
		const number = state.open;
		location.hash = "#list";
		open_session(null);
		const row = document.querySelector('#sessions tr[data-number="' + number + '"]');
		if (row) row.focus();
	}

	function light(number, frame) {
		if (state.open !== number) open_session(number);
		for (const item of document.querySelectorAll("#detail .turn")) {
			const hit = Number(item.dataset.frame) === frame && !item.classList.contains("finding");
			item.classList.toggle("lit", hit);
			if (hit) item.scrollIntoView({ block: "center" });
		}
	}

	function follow_hash() {
		const session = /^#session-(\d+)$/.exec(location.hash), packet = /^#packet-(\d+)-(\d+)$/.exec(location.hash);
		if (session) {
			open_session(Number(session[1]));
			find("columns").scrollIntoView();
			find("detail").focus({ preventScroll: true });
			find("detail").scrollTop = 0;
		} else if (packet) {
			light(Number(packet[1]), Number(packet[2]));
		}
	}

	/************ keys, printing, start ************/

	function move(step) {
		const rows = [...document.querySelectorAll("#sessions tbody tr")];
		let at = rows.indexOf(document.activeElement);
		if (at < 0) at = rows.findIndex((row) => Number(row.dataset.number) === state.open);
		if (at + step >= rows.length && state.shown < state.rows.length) {
			show_rows();
			move(step);
			return;
		}
		const row = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))];
		if (!row) return;
		row.focus();
		if (state.open !== null) location.hash = "#session-" + row.dataset.number;
	}

	function on_key(event) {
		if (event.ctrlKey || event.altKey || event.metaKey) return;
		const typing = event.target.tagName === "INPUT";
		if (event.key === "Escape") {
			if (typing) event.target.blur();
			else if (state.open !== null) close_session();
		} else if (typing) {
			if (event.key === "Enter") {
				event.preventDefault();
				move(1);
			}
			return;
		} else if (event.key === "/") {
			find("filter").focus();
		} else if (event.key === "j" || event.key === "ArrowDown") {
			move(1);
		} else if (event.key === "k" || event.key === "ArrowUp") {
			move(-1);
		} else if (event.key === "t") {
			toggle_scale();
		} else if (event.key === "Enter" && event.target.dataset.number) {
			location.hash = "#session-" + event.target.dataset.number;
		} else {
			return;
		}
		event.preventDefault();
	}

	/* A ticket needs the sessions that failed; an open session is printed alone. */
	function before_print() {
		const place = find("printed");
		place.replaceChildren();
		if (state.open !== null) return;
		const failed = [...sessions.values()].filter((s) => FAILED.includes(s.record.outcome) || (s.record.outcome === "unknown" && s.record.verdict && s.record.verdict.headline));
		for (const entry of failed.slice(0, PRINTED)) place.append(session_view(entry, "h2"));
		if (failed.length > PRINTED) place.append(make("p", {}, "+" + (failed.length - PRINTED) + " more failed sessions"));
	}

	function switch_theme() {
		const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
		document.documentElement.dataset.theme = dark ? "light" : "dark";
	}

	function start() {
		read_records();
		show_totals();
		show_overview();
		show_head();
		filter_rows();
		let pending = 0;
		find("filter").addEventListener("input", () => { clearTimeout(pending); pending = setTimeout(filter_rows, 80); });
		find("controls").addEventListener("submit", (event) => event.preventDefault());
		find("theme").addEventListener("click", switch_theme);
		find("print").addEventListener("click", () => window.print());
		document.querySelector("#sessions tbody").addEventListener("click", (event) => {
			const row = event.target.closest("tr");
			if (row && !event.target.closest("a")) location.hash = "#session-" + row.dataset.number;
		});
		document.addEventListener("keydown", on_key);
		document.addEventListener("scroll", () => {
			const table = find("sessions").getBoundingClientRect();
			if (table.bottom < innerHeight + 600 && state.shown < state.rows.length) show_rows();
		}, { passive: true });
		window.addEventListener("hashchange", follow_hash);
		window.addEventListener("beforeprint", before_print);
		window.addEventListener("afterprint", () => find("printed").replaceChildren());
		follow_hash();
		document.documentElement.dataset.ready = "true";
	}

	start();
})();
