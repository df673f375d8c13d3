#include "server/api/job_runner.hpp"

#include "rootfs/fetch/magic_packet.hpp"
#include "server/api/pc_view.hpp"
#include "server/catalog/audit.hpp"
#include "server/catalog/job_clock.hpp"
#include "server/catalog/pcs.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>

namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::Pc;

namespace
{

constexpr std::chrono::seconds look_every{3};
constexpr std::size_t max_relayed = 64; ///< PCs that one PC wakes at a time
constexpr int least_prefix = 16;        ///< of networks that are called as a whole

/// "10.1.255.255"
std::string broadcast_of(const Subnet& subnet)
{
    auto address = subnet.network;
    for (int bit = subnet.prefix; bit < 32; ++bit)
        address.bytes[static_cast<std::size_t>(bit / 8)] |= static_cast<std::uint8_t>(0x80U >> (bit % 8));
    return address.text();
}

/// Broadcast addresses of the closest location that is known by its networks.
std::vector<std::string> networks_of(const catalog::Snapshot& snapshot, const Pc& pc)
{
    std::vector<std::string> networks;
    for (const auto* location : path_of(snapshot, pc)) {
        for (const auto& subnet : location->subnets)
            if (subnet.network.v4 && subnet.prefix >= least_prefix && subnet.prefix < 31)
                networks.push_back(broadcast_of(subnet));
        if (!networks.empty())
            break;
    }
    return networks;
}

} // namespace

JobRunner::JobRunner(const Context& context)
    : context_(context), loop_("jobs", {look_every, look_every}, [this](std::stop_token) -> awaitable<void> {
          co_await look_at_clock();
          co_await look();
          co_await trim_audit();
      })
{
}

awaitable<void> JobRunner::look_at_clock()
{
    const auto now = context_.now();
    if (const auto by = clock_.look(now, std::chrono::steady_clock::now()); by.count() != 0) {
        spdlog::warn("event=clock-set seconds={}", by.count());
        owes_time_ = owes_time_ || by.count() > 0;
    }
    if (!owes_time_)
        co_return;
    const auto given = co_await context_.database.write([now](Connection& connection) -> Result<void> {
        catalog::give_jobs_time(connection, now);
        return {};
    });
    owes_time_ = !given;
}

awaitable<void> JobRunner::trim_audit()
{
    if (context_.audit_life.count() == 0 || std::chrono::steady_clock::now() < trim_at_)
        co_return;
    const auto oldest = context_.now() - context_.audit_life;
    const auto done = co_await context_.database.write([oldest](Connection& connection) -> Result<void> {
        catalog::trim_audit(connection, oldest);
        return {};
    });
    if (done)
        trim_at_ = std::chrono::steady_clock::now() + std::chrono::days(1);
}

awaitable<void> JobRunner::look()
{
    const bool open =
        co_await context_.database.read([](Connection& connection) { return catalog::jobs_open(connection); });
    if (!open)
        co_return;
    const auto snapshot = co_await context_.snapshots.current();
    const auto is_at = [&snapshot](const Pc& pc, std::int64_t location) {
        return std::ranges::any_of(path_of(*snapshot, pc),
                                   [location](const rules::Location* each) { return each->id == location; });
    };
    std::mt19937_64 random{std::random_device{}()};
    const auto chance = [&random](std::int64_t max) {
        return std::uniform_int_distribution<std::int64_t>(0, max)(random);
    };
    const auto now = context_.now();
    const auto asleep = co_await context_.database.write([&](Connection& connection) -> Result<std::vector<Pc>> {
        return catalog::advance_jobs(connection, is_at, chance, now);
    });
    for (const auto& pc : *asleep)
        if (const auto sent = rootfs::send_magic_packet(pc.facts.mac->text(), networks_of(*snapshot, pc)); !sent)
            spdlog::warn("event=wake pc={} error=\"{}\"", pc.id, sent.error().sentence);
}

awaitable<std::vector<std::string>> to_wake_by(const Context& context, std::int64_t pc)
{
    struct Awaited {
        std::vector<Pc> pcs;
        std::optional<Pc> by;
    };
    const auto found = co_await context.database.read([pc](Connection& connection) {
        Awaited awaited{catalog::awaited_pcs(connection), std::nullopt};
        if (!awaited.pcs.empty())
            awaited.by = catalog::find_pc(connection, pc);
        return awaited;
    });
    std::vector<std::string> macs;
    if (!found.by)
        co_return macs;
    const auto snapshot = co_await context.snapshots.current();
    const auto here = path_of(*snapshot, *found.by);
    if (here.empty())
        co_return macs;
    for (const auto& each : found.pcs) {
        const auto there = path_of(*snapshot, each);
        if (macs.size() < max_relayed && !there.empty() && there.front()->id == here.front()->id)
            macs.push_back(each.facts.mac->text());
    }
    co_return macs;
}

} // namespace farboot::server::api
