#include "rootfs/nbd/control.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

using Json = nlohmann::json;

constexpr int deepest = 8;

Json hot_of(const Reader& reader)
{
    const auto status = reader.hot();
    if (!status)
        return nullptr;
    return {{"state", to_text(status->state)},
            {"chunks", status->chunks},
            {"through", status->through},
            {"pack_bytes", status->pack_bytes},
            {"connections", status->connections}};
}

Json pinned_of(const Reader& reader)
{
    const auto status = reader.fill();
    if (!status)
        return nullptr;
    return {{"state", to_text(status->state)},
            {"chunks", status->chunks},
            {"present", status->present},
            {"put_off", status->put_off},
            {"unknown", status->unknown}};
}

Json status_of(const Source& source, std::string_view state)
{
    const auto& meter = *source.meter;
    const auto latency = meter.latency();
    const auto rate = meter.rate();
    return {{"url", source.url},
            {"state", state},
            {"latency_ms", latency ? Json(latency->count()) : Json()},
            {"bytes_per_second", rate ? Json(*rate) : Json()},
            {"demand_bytes", meter.received.demand_bytes.load()},
            {"read_ahead_bytes", meter.received.read_ahead_bytes.load()},
            {"hot_bytes", meter.received.hot_bytes.load()},
            {"fill_bytes", meter.received.fill_bytes.load()},
            {"meta_bytes", meter.received.meta_bytes.load()},
            {"requests", meter.requests.load()},
            {"beaten", meter.beaten.load()},
            {"http2", meter.speaks_http2.load()}};
}

Json status_of(const Export& item)
{
    const auto& counters = item.reader->counters();
    return {{"name", item.name},
            {"manifest", item.reader->manifest().hex()},
            {"added_ms", std::chrono::floor<std::chrono::milliseconds>(item.added.time_since_epoch()).count()},
            {"bytes", item.reader->bytes()},
            {"fetched_bytes", counters.fetched_bytes()},
            {"demand_bytes", counters.demand_bytes.load()},
            {"read_ahead_bytes", counters.read_ahead_bytes.load()},
            {"hot_bytes", counters.hot_bytes.load()},
            {"hot", hot_of(*item.reader)},
            {"fill_bytes", counters.fill_bytes.load()},
            {"pinned", pinned_of(*item.reader)},
            {"meta_bytes", counters.meta_bytes.load()},
            {"used_bytes", counters.used_bytes.load()},
            {"served_bytes", counters.served_bytes.load()},
            {"requests", counters.requests.load()},
            {"hedged", counters.hedged.load()},
            {"cache_hits", counters.cache_hits.load()},
            {"cache_misses", counters.cache_misses.load()},
            {"disk_hits", counters.disk_hits.load()},
            {"waits", counters.waits.load()},
            {"verify_failures", counters.verify_failures.load()},
            {"traced", item.reader->traced()}};
}

Json disk_of(const ReaderEngine& engine)
{
    if (engine.disk() == nullptr)
        return nullptr;
    const auto disk = engine.disk()->status();
    return {{"limit", disk.limit},
            {"bytes", disk.bytes},
            {"chunks", disk.chunks},
            {"hits", disk.hits},
            {"damaged", disk.damaged},
            {"skipped", disk.skipped},
            {"view_chunks", disk.view_chunks},
            {"view_hits", disk.view_hits},
            {"writable", disk.writable}};
}

Json status(const ReaderEngine& engine, const ExportTable& exports)
{
    Json sources = Json::array();
    for (const auto& [source, state] : engine.sources().states())
        sources.push_back(status_of(source, state));
    Json list = Json::array();
    for (const auto& item : exports.all())
        list.push_back(status_of(*item));
    return {{"ok", true},
            {"version", 1},
            {"waiting", engine.sources().waiting()},
            {"disk", disk_of(engine)},
            {"cache", {{"bytes", engine.cache().bytes()}, {"limit", engine.cache().limit()}}},
            {"sources", sources},
            {"exports", list}};
}

/// What somebody reads is nobody else's business: owners and root learn it.
Result<Json> trace(const ExportTable& exports, const Json& name, uid_t who)
{
    auto item = name.is_string() ? exports.find(name.get<std::string>()) : nullptr;
    if (name.is_null() && exports.all().size() == 1)
        item = exports.all().front();
    if (!item)
        return fail("not-found",
                    "There is no such export, or the member export is missing: the name of one of several.");
    if (!exports.is_owner(*item, who))
        return fail("not-yours", "Only root and who added {} may have its trace.", item->name);
    return Json{{"ok", true}, {"export", item->name}, {"trace", item->reader->trace().to_text()}};
}

/// Whether an image that is added is to be kept whole on the disk. That takes its room from everybody's images: root
/// says so.
Result<bool> pin_of(const Json& request, const VerifiedImage& image, const DiskCache* disk, uid_t who)
{
    const auto pin = request.value("pin", Json(false));
    if (!pin.is_boolean())
        return fail("request-malformed", "The member pin is true or false.");
    if (pin == false)
        return false;
    if (who != 0)
        return fail("not-root", "Only root may pin {} to the local disk.", image.export_name());
    if (disk == nullptr)
        return fail("no-disk", "{} cannot be pinned: this reader has no local disk (disk-cache=).",
                    image.export_name());
    if (!image.image.audience.empty())
        return fail("restricted",
                    "{} cannot be pinned: it is for the audience {}, and such images are not kept on disks.",
                    image.export_name(), image.image.audience);
    return true;
}

Json refusal(const Error& error)
{
    return {{"ok", false}, {"reason", error.reason}, {"sentence", error.sentence}};
}

} // namespace

std::string Control::answer(std::string_view line, uid_t who) const
{
    const auto refused = [](const Error& error) {
        return refusal(error).dump(-1, ' ', false, Json::error_handler_t::replace);
    };
    // What lies deeper than an envelope is left out, so that no nesting can exhaust the stack.
    const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= deepest; };
    const auto request = Json::parse(line, shallow, false);
    if (!request.is_object())
        return refused({"request-malformed", "The line is not a JSON object."});
    if (request.value("version", Json()) != 1)
        return refused({"version-unknown", "This reader speaks version 1 only."});
    const auto command = request.value("command", Json());
    if (command == "status")
        return status(engine_, exports_).dump();
    if (command == "trace") {
        const auto answer = trace(exports_, request.value("export", Json()), who);
        return answer ? answer->dump() : refused(answer.error());
    }
    if (command != "add" && command != "remove")
        return refused({"command-unknown", "The commands are add, remove, status and trace."});
    if (fixed_)
        return refused({"fixed", "This reader serves the one image that it was started with."});
    if (command == "remove") {
        const auto name = request.value("export", Json());
        if (!name.is_string())
            return refused({"request-malformed", "The member export is missing: the name of what to remove."});
        if (auto removed = exports_.remove(name.get<std::string>(), who); !removed)
            return refused(removed.error());
        return Json{{"ok", true}}.dump();
    }
    const auto record = request.find("record");
    if (record == request.end() || !record->is_object())
        return refused({"request-malformed", "The member record is missing: the record's envelope."});
    const auto image = verify_image(policy_, record->dump());
    if (!image)
        return refused(image.error());
    const auto pin = pin_of(request, *image, engine_.disk(), who);
    if (!pin)
        return refused(pin.error());
    const auto added = exports_.add(*image, who);
    if (!added)
        return refused(added.error());
    if (*pin)
        if (const auto done = (*added)->reader->pin(); !done)
            return refused(done.error());
    return Json{{"ok", true}, {"export", (*added)->name}, {"bytes", (*added)->reader->bytes()}}.dump();
}

} // namespace farboot::rootfs
