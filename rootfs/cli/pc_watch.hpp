#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/cli/server_client.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// Server-sent events, taken apart as their bytes come (the HTML standard, section 9.2). A line is at most 1 MiB long.
class EventParser
{
public:
    using Take = std::function<void(std::string_view kind, std::string_view data)>;
    /// False after a line that is too long.
    bool add(std::string_view bytes, const Take& take);
    [[nodiscard]] const std::string& last_id() const { return last_id_; }
    /// Another connection begins: half a line of the old one does not count.
    void begin();

private:
    void line(std::string_view text, const Take& take);

    std::string rest_;
    std::string kind_;
    std::string data_;
    std::string last_id_;
};

/// Gives each event to `take`, until it is stopped; comes back after a break without having missed anything. Reasons:
/// those of HttpClient that another try does not mend.
[[nodiscard]] Result<void> watch(ServerClient& server, const EventParser::Take& take, const std::stop_token& stop);

} // namespace farboot::rootfs
