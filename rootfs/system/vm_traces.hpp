#pragma once

#include "rootfs/base/error.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// Sends what virtual machines have read of their disks while they started to the server (docs/boot-profiles.md). Their
/// reader keeps the traces; this asks it now and then how much there is, and fetches a trace at its mark: nothing new
/// was read for a while, or the machine has had time enough. Once for each time that an image was added to the reader.
/// A machine that ends before the mark has not started for all that anybody knows, and takes its trace along.
class VmTraces
{
public:
    using Clock = std::chrono::steady_clock;
    struct Settings {
        std::filesystem::path reader = "/run/farboot-reader/control.sock";
        std::chrono::seconds quiet{60};
        std::chrono::seconds longest{600}; ///< since the image was added
    };
    /// As PcSession::send_text(): of "trace/vm/tiny/3", a trace.
    using Send = std::function<Result<void>(const std::string& what, const std::string& trace)>;
    using Say = std::function<void(std::string_view sentence)>;
    /// Whether the server takes any from this PC now, as it does from one that is enrolled: an admin may enrol it while
    /// it runs. Until then they are kept.
    using Taken = std::function<bool()>;

    VmTraces(Settings settings, Send send, Say say, Taken taken)
        : settings_(std::move(settings)), send_(std::move(send)), say_(std::move(say)), taken_(std::move(taken))
    {
    }

    /// Asks the reader once, if there is one, and sends what is due. `now` is the time of this machine's programs.
    /// False: the server has refused what it was to take, which is said.
    [[nodiscard]] bool look(Clock::time_point now);
    /// Looks until it is stopped or the server takes none.
    void watch(const std::stop_token& stop);

private:
    /// Of a machine that is there.
    struct Start {
        std::uint64_t added = 0; ///< the reader's added_ms
        std::uint64_t traced = 0;
        Clock::time_point changed; ///< when that was last seen to grow
        bool over = false;         ///< its trace was fetched, or is none of a start
    };
    struct Kept {
        std::string what;
        std::string trace;
    };

    void note(const nlohmann::json& status, Clock::time_point now);
    [[nodiscard]] bool fetch(const std::string& name, const std::string& what);
    [[nodiscard]] bool send_kept();

    Settings settings_;
    Send send_;
    Say say_;
    Taken taken_;
    bool told_ = false;                   ///< that they wait
    std::map<std::string, Start> starts_; ///< by export
    std::deque<Kept> kept_;               ///< not sent yet, one of each record
};

} // namespace farboot::rootfs
