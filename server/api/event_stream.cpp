#include "server/api/event_stream.hpp"

#include "server/api/pc_view.hpp"

#include "server/api/sent_files.hpp"
#include "server/catalog/events.hpp"
#include "server/catalog/pcs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <set>

namespace farboot::server::api
{

namespace asio = boost::asio;
using nlohmann::json;

namespace
{

constexpr int at_once = 200;
constexpr int heartbeat = 15; ///< seconds: proxies end what is silent for a minute

/// What there is of news, with what has become of the PCs that they are about.
struct Found {
    catalog::EventRange range;
    std::vector<catalog::Event> events;
    std::map<std::int64_t, std::pair<catalog::Pc, json>> pcs;
    std::map<std::int64_t, catalog::Upload> uploads;
};

Found find(catalog::Connection& connection, std::int64_t after)
{
    Found found;
    found.events = catalog::events_after(connection, after, at_once);
    if (found.events.empty() || found.events.front().id != after + 1)
        found.range = catalog::event_range(connection);
    for (const auto& event : found.events)
        if (event.kind == "pc" && !found.pcs.contains(event.object))
            if (auto pc = catalog::find_pc(connection, event.object)) {
                auto runs = runs_of(connection, *pc);
                found.pcs.try_emplace(event.object, std::move(*pc), std::move(runs));
            }
    for (const auto& event : found.events)
        if (event.kind == "upload" && !found.uploads.contains(event.object))
            if (auto upload = catalog::find_upload(connection, event.object))
                found.uploads.emplace(event.object, std::move(*upload));
    return found;
}

void put(std::string& text, std::string_view kind, std::int64_t id, const json& data)
{
    text += fmt::format("event: {}\nid: {}\ndata: {}\n\n", kind, id,
                        data.dump(-1, ' ', false, json::error_handler_t::replace));
}

} // namespace

EventStream::EventStream(const Context& context, Principal principal, std::int64_t after,
                         std::shared_ptr<std::atomic<int>> open)
    : context_(context), principal_(std::move(principal)), after_(after), open_(std::move(open))
{
    ++*open_;
}

asio::awaitable<std::string> EventStream::news()
{
    const auto after = after_;
    const auto found =
        co_await context_.database.read([after](catalog::Connection& connection) { return find(connection, after); });
    std::string text;
    const bool gap = !found.events.empty() && found.events.front().id != after + 1;
    if (gap || (found.events.empty() && found.range.last != after)) {
        // More has happened than is kept, or the database is another one: read all anew.
        after_ = found.range.last;
        put(text, "reset", after_, json::object());
        co_return text;
    }
    const auto snapshot = co_await context_.snapshots.current();
    // Of several changes of a PC or an upload, the last one tells all.
    std::set<std::pair<bool, std::int64_t>> told;
    std::vector<const catalog::Event*> latest;
    for (auto event = found.events.rbegin(); event != found.events.rend(); ++event)
        if (event->kind == "catalog" || told.emplace(event->kind.starts_with("upload"), event->object).second)
            latest.push_back(&*event);
    for (auto each = latest.rbegin(); each != latest.rend(); ++each) {
        const auto& event = **each;
        if (event.kind == "catalog") {
            put(text, event.kind, event.id, {{"revision", event.object}});
            continue;
        }
        if (event.kind == "pc-removed" ||
            event.kind == "upload-removed") { // who could see it is not known any more; a number alone tells nothing
            put(text, event.kind, event.id, {{"id", event.object}});
            continue;
        }
        if (event.kind == "upload") {
            const auto upload = found.uploads.find(event.object);
            if (upload != found.uploads.end() && may_see(principal_, upload->second))
                put(text, event.kind, event.id, upload->second.to_json(context_.uploads.life));
            continue;
        }
        const auto pc = found.pcs.find(event.object);
        if (pc != found.pcs.end() && may_with_pc(principal_, Right::read_catalog, *snapshot, pc->second.first))
            put(text, "pc", event.id, pc_json(*snapshot, pc->second.first, pc->second.second));
    }
    if (!found.events.empty())
        after_ = found.events.back().id;
    co_return text;
}

asio::awaitable<std::string> EventStream::next()
{
    if (!greeted_) {
        greeted_ = true;
        co_return fmt::format("retry: 3000\nid: {}\n\n", after_);
    }
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (Clock::now() < end_) {
        std::string text;
        try {
            text = co_await news();
        } catch (const Overloaded&) {             // later
        } catch (const catalog::DatabaseError&) { // may come back
        }
        if (!text.empty()) {
            quiet_ = 0;
            co_return text;
        }
        if (++quiet_ >= heartbeat) {
            quiet_ = 0;
            co_return ":\n\n";
        }
        timer.expires_after(std::chrono::seconds(1));
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return "";
}

} // namespace farboot::server::api
