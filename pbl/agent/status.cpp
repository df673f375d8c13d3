#include "pbl/agent/status.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace farboot::agent
{

std::string_view to_string(Phase phase)
{
    constexpr std::array<std::string_view, 10> names{"network",   "server",  "menu",     "countdown", "fetching",
                                                     "verifying", "loading", "handover", "waiting",   "error"};
    return names.at(static_cast<std::size_t>(phase));
}

nlohmann::json to_json(const Status& status)
{
    nlohmann::json event{{"event", "state"}, {"state", to_string(status.phase)}};
    if (!status.record.empty())
        event["record"] = status.record;
    if (!status.title.empty())
        event["title"] = status.title;
    if (status.transfer) {
        event["bytes"] = status.transfer->bytes;
        event["total"] = status.transfer->total;
        event["rate"] = status.transfer->rate;
    }
    if (status.seconds)
        event["seconds"] = *status.seconds;
    if (!status.reason.empty()) {
        event["reason"] = status.reason;
        event["sentence"] = {{"de", status.sentence.de}, {"en", status.sentence.en}};
    }
    return event;
}

} // namespace farboot::agent
