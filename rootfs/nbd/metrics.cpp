#include "rootfs/nbd/metrics.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace farboot::rootfs
{

namespace
{

using Json = nlohmann::json;
using Label = std::pair<std::string_view, std::string>;

struct Metric {
    std::string_view member; ///< of the status
    std::string_view name;   ///< behind "farboot_reader_"; a counter's ends in "_total"
    std::string_view cause;  ///< a label, if it is not empty
    std::string_view help;
};

constexpr std::string_view fetched = "Bytes of bodies received from the network for this image.";
constexpr auto export_metrics = std::to_array<Metric>({
    {"bytes", "image_bytes", "", "Size of the image."},
    {"demand_bytes", "fetched_bytes_total", "demand", fetched},
    {"read_ahead_bytes", "fetched_bytes_total", "read_ahead", fetched},
    {"hot_bytes", "fetched_bytes_total", "hot", fetched},
    {"fill_bytes", "fetched_bytes_total", "fill", fetched},
    {"meta_bytes", "fetched_bytes_total", "meta", fetched},
    {"used_bytes", "used_bytes_total", "", "Plain bytes of the fetched chunks that a client has read from."},
    {"served_bytes", "served_bytes_total", "", "Bytes handed to clients."},
    {"requests", "requests_total", "", "Requests sent to sources."},
    {"hedged", "hedged_total", "", "Times that another source was asked because one was late."},
    {"cache_hits", "cache_hits_total", "", "Chunks asked for that lay in memory."},
    {"cache_misses", "cache_misses_total", "", "Chunks asked for that had to come, or were already coming."},
    {"disk_hits", "disk_hits_total", "", "Of the misses: chunks that lay on the local disk."},
    {"waits", "waits_total", "", "Times that no source could help and the reader waited."},
    {"verify_failures", "verify_failures_total", "", "Answers that were not what their digest says."},
    {"traced", "trace_reads", "", "Reads in the image's trace: those that met something of it for the first time."},
    {"added_ms", "added_milliseconds", "", "When the image was added, by CLOCK_MONOTONIC."},
});
constexpr auto hot_metrics = std::to_array<Metric>({
    {"chunks", "hot_chunks", "", "Chunks in the image's hot pack."},
    {"through", "hot_chunks_through", "", "Of these, so many have come or were there."},
    {"pack_bytes", "hot_pack_bytes", "", "Size of the image's hot pack."},
    {"connections", "hot_connections", "", "Connections over which the image's hot pack comes, or came last."},
});
constexpr std::string_view from_source = "Bytes of bodies received from this source for all images.";
constexpr auto source_metrics = std::to_array<Metric>({
    {"demand_bytes", "source_fetched_bytes_total", "demand", from_source},
    {"read_ahead_bytes", "source_fetched_bytes_total", "read_ahead", from_source},
    {"hot_bytes", "source_fetched_bytes_total", "hot", from_source},
    {"fill_bytes", "source_fetched_bytes_total", "fill", from_source},
    {"meta_bytes", "source_fetched_bytes_total", "meta", from_source},
    {"requests", "source_requests_total", "", "Requests sent to this source."},
    {"beaten", "source_beaten_total", "", "Times that a source asked later was first."},
    {"latency_ms", "source_latency_milliseconds", "", "From a request to the first byte of its answer, on average."},
    {"bytes_per_second", "source_bytes_per_second", "", "Of one request that somebody waited for, on average."},
});
constexpr auto cache_metrics = std::to_array<Metric>({
    {"bytes", "cache_bytes", "", "Plain bytes of the chunks that lie in memory."},
    {"limit", "cache_limit_bytes", "", "Hard limit of these."},
});
constexpr auto pinned_metrics = std::to_array<Metric>({
    {"chunks", "pinned_chunks", "", "Chunks in the pinned image, as far as they are known."},
    {"present", "pinned_chunks_present", "", "Of these, so many lie on the local disk."},
    {"put_off", "pinned_chunks_put_off", "", "So many are put off, as every source lacks them or has them wrong."},
    {"unknown", "pinned_chunks_unknown", "",
     "So many more may be wanted: the manifest's page that says so has not come."},
});
constexpr auto disk_metrics = std::to_array<Metric>({
    {"limit", "disk_limit_bytes", "", "Hard limit of what lies on the local disk."},
    {"bytes", "disk_bytes", "", "What lies on the local disk."},
    {"chunks", "disk_chunks", "", "Chunks that lie on the local disk."},
    {"hits", "disk_reads_total", "", "Chunks that were read from the local disk, for all images."},
    {"damaged", "disk_damaged_total", "", "Chunks on the local disk that were not what their digest says."},
    {"view_chunks", "disk_view_chunks", "", "Chunks that another reader has on the local disk."},
    {"view_hits", "disk_view_reads_total", "", "Chunks that another reader had on the local disk, for all images."},
    {"skipped", "disk_skipped_total", "", "Chunks that were not kept because the local disk was too slow."},
});
constexpr auto source_states = std::to_array<std::string_view>({"good", "slow", "avoided", "quarantined"});

std::string escaped(std::string_view text)
{
    std::string result;
    for (const auto c : text) {
        if (c == '\\' || c == '"')
            result += '\\';
        c == '\n' ? result += "\\n" : result += c;
    }
    return result;
}

/// The samples of a metric stand together below its head, whatever the order in which they are added.
class Exposition
{
public:
    explicit Exposition(std::string_view socket) : socket_(socket) {}

    void add(std::string_view name, std::string_view help, const std::vector<Label>& labels, const Json& value)
    {
        auto found = std::ranges::find(families_, name, &Family::name);
        if (found == families_.end()) {
            const auto type = name.ends_with("_total") ? "counter" : "gauge";
            families_.push_back({name, fmt::format("# HELP farboot_reader_{0} {1}\n# TYPE farboot_reader_{0} {2}\n",
                                                   name, help, type)});
            found = std::prev(families_.end());
        }
        found->text += fmt::format("farboot_reader_{}{{socket=\"{}\"", name, escaped(socket_));
        for (const auto& [label, text] : labels)
            found->text += fmt::format(",{}=\"{}\"", label, escaped(text));
        found->text += fmt::format("}} {}\n", value.dump());
    }
    template <class Metrics>
    void add_all(const Metrics& metrics, const Json& from, const std::vector<Label>& labels)
    {
        for (const auto& metric : metrics) {
            const auto value = from.find(metric.member);
            if (value == from.end() || !value->is_number())
                continue;
            auto all = labels;
            if (!metric.cause.empty())
                all.emplace_back("cause", metric.cause);
            add(metric.name, metric.help, all, *value);
        }
    }
    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const auto& family : families_)
            all += family.text;
        return all;
    }

private:
    struct Family {
        std::string_view name;
        std::string text;
    };
    std::string_view socket_;
    std::vector<Family> families_;
};

} // namespace

std::string to_prometheus(const Json& status, std::string_view socket)
{
    Exposition exposition(socket);
    exposition.add("waiting", "1 while somebody waits because no source can help.", {},
                   status.at("waiting").get<bool>() ? 1 : 0);
    exposition.add_all(cache_metrics, status.at("cache"), {});
    if (const auto& disk = status.at("disk"); disk.is_object()) {
        exposition.add_all(disk_metrics, disk, {});
        exposition.add("disk_writable", "0 once the local disk takes nothing more.", {},
                       disk.at("writable").get<bool>() ? 1 : 0);
    }
    for (const auto& source : status.at("sources")) {
        const Label url{"source", source.at("url").get<std::string>()};
        for (const auto state : source_states)
            exposition.add("source_state", "1 for the state that the source is in.",
                           {url, {"state", std::string(state)}}, source.at("state") == state ? 1 : 0);
        exposition.add_all(source_metrics, source, {url});
    }
    for (const auto& item : status.at("exports")) {
        const Label name{"export", item.at("name").get<std::string>()};
        exposition.add_all(export_metrics, item, {name});
        if (item.at("hot").is_object())
            exposition.add_all(hot_metrics, item.at("hot"), {name});
        if (item.at("pinned").is_object())
            exposition.add_all(pinned_metrics, item.at("pinned"), {name});
    }
    return exposition.text();
}

} // namespace farboot::rootfs
