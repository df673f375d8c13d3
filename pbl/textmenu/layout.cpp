#include "pbl/textmenu/screen.hpp"
#include "pbl/textmenu/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace farboot::textmenu
{

namespace
{

using Look = Row::Look;

constexpr std::size_t margin = 2;
constexpr std::size_t max_list_rows = 15; ///< what a large screen has more is for foreign lines
constexpr std::size_t status_rows = 5;
constexpr std::size_t foreign_rows = 5;                                        ///< at the bottom, at least
constexpr std::size_t fixed_rows = 2 + 1 + status_rows + 2 + foreign_rows + 1; ///< all but the list

template <class... Args>
std::string filled(const char* pattern, const Args&... args)
{
    return fmt::format(fmt::runtime(pattern), args...);
}

std::string progress_bar(const Transfer& transfer, const Words& words, std::size_t width)
{
    constexpr double mega = 1e6;
    const double part = transfer.total == 0 ? 0 : std::min(1.0, double(transfer.bytes) / double(transfer.total));
    auto numbers = fmt::format(" {:3.0f} %  {:.1f} / {:.1f} MB  {:.1f} MB/s", part * 100, double(transfer.bytes) / mega,
                               double(transfer.total) / mega, double(transfer.rate) / mega);
    if (transfer.rate > 0 && transfer.total > transfer.bytes)
        numbers += "  " + filled(words.left, (transfer.total - transfer.bytes) / transfer.rate + 1);
    const auto bar = width > columns(numbers) + 12 ? width - columns(numbers) - 2 : 10;
    const auto done = static_cast<std::size_t>(part * double(bar));
    return "[" + std::string(done, '#') + std::string(bar - done, '.') + "]" + numbers;
}

std::string headline(const Model& model, const Words& words)
{
    const auto& name = model.title.empty() ? model.record : model.title;
    if (model.state == "network")
        return words.network;
    if (model.state == "server")
        return words.server;
    if (model.state == "menu")
        return model.entries.empty() ? words.empty : words.choose;
    if (model.state == "countdown")
        return filled(words.countdown, name, model.seconds.value_or(0));
    if (model.state == "fetching")
        return filled(words.fetching, name);
    if (model.state == "verifying")
        return filled(words.verifying, name);
    if (model.state == "loading")
        return filled(words.loading, name);
    if (model.state == "handover")
        return filled(words.handover, name);
    auto text = model.sentence.in(model.language);
    if (model.state == "waiting" && model.seconds)
        return text + " " + filled(words.waiting, *model.seconds);
    return text + " [" + model.reason + "]";
}

/// Of somebody who logs in; empty: nobody does.
std::string login_line(const Model& model, const Words& words)
{
    if (model.login.state == "code")
        return filled(words.login_code, model.login.url, model.login.code);
    if (model.login.state == "refused" || model.login.state == "expired")
        return words.login_over;
    return model.login.state == "failed" ? model.login.sentence.in(model.language) : std::string();
}

std::vector<Row> status(const Model& model, const Words& words, std::size_t width, Charset charset)
{
    std::vector<Row> rows;
    const auto look = model.state == "error" ? Look::bold : Look::plain;
    const auto text_rows = status_rows - (model.transfer ? 1 : 0);
    auto text = headline(model, words);
    if (const auto login = login_line(model, words); model.state == "menu" && !login.empty())
        text = login;
    for (auto& line : wrap(printable(text, charset), width, text_rows))
        rows.push_back({std::move(line), look});
    if (model.transfer)
        rows.push_back({printable(progress_bar(*model.transfer, words, width), charset), Look::plain});
    rows.resize(status_rows);
    return rows;
}

/// As many entries as have room, the selected one among them.
std::vector<Row> list(const Model& model, std::size_t selected, std::size_t rows_for_list, std::size_t width,
                      Charset charset)
{
    const auto first = selected < rows_for_list ? 0 : selected - rows_for_list + 1;
    std::vector<Row> rows;
    for (auto i = first; i < model.entries.size() && rows.size() < rows_for_list; ++i) {
        const auto& entry = model.entries[i];
        auto title = entry.title.in(model.language);
        const auto description = entry.description.in(model.language);
        if (!description.empty())
            title += " - " + description;
        const auto text = fmt::format("{} {:2}  {}", i == selected ? '>' : ' ', i + 1, printable(title, charset));
        rows.push_back({fit(text, width), i == selected ? Look::reverse : Look::plain});
    }
    rows.resize(rows_for_list);
    return rows;
}

/// How it stands with this PC's key, if there is something that an admin has to look at.
std::string key_line(const Model& model, const Words& words, std::size_t width, Charset charset)
{
    if (!model.pc)
        return {};
    const auto& [id, state, code] = *model.pc;
    std::string text;
    if (state == "waiting")
        text = filled(words.key_waits, id, code);
    else if (state == "other")
        text = code.empty() ? filled(words.key_lost, id) : filled(words.key_other, id, code);
    return text.empty() ? text : fit(std::string(margin, ' ') + printable(text, charset), width);
}

} // namespace

std::vector<Row> lay_out(const Model& model, std::size_t selected, Size size, Charset charset)
{
    const auto& words = words_in(model.language);
    const auto inner = size.columns - 2 * margin;
    std::vector<Row> rows;
    const auto add = [&](std::vector<Row> more) {
        for (auto& row : more) {
            if (!row.text.empty())
                row.text.insert(0, margin, ' ');
            rows.push_back(std::move(row));
        }
    };
    auto title = "Farboot  " + model.server;
    if (!model.person.empty())
        title += "  " + model.person;
    rows.push_back({fit(std::string(margin, ' ') + printable(title, charset), size.columns), Look::reverse});
    rows.push_back({key_line(model, words, size.columns, charset), Look::plain});
    const auto room = size.rows > fixed_rows ? std::min(size.rows - fixed_rows, max_list_rows) : 1;
    add(list(model, selected, room, inner, charset));
    rows.push_back({});
    add(status(model, words, inner, charset));
    const std::string person = !model.person.empty() ? words.help_log_out : model.can_log_in ? words.help_log_in : "";
    for (const auto& help : {std::string(words.help_keys), words.help_more + person})
        add({{fit(printable(help, charset), inner), Look::plain}});
    rows.push_back({std::string(size.columns, '-'), Look::plain});
    return rows;
}

} // namespace farboot::textmenu
