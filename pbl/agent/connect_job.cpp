#include "pbl/agent/connect_job.hpp"

#include "pbl/agent/checks.hpp"

namespace farboot::agent
{

namespace
{

constexpr auto look_every = std::chrono::milliseconds(250);
constexpr int looks_before_a_word = 40; ///< ten seconds: DHCP on a port with spanning tree takes its time
constexpr std::uint64_t max_policy_steps = 1000;

Result<Network> wait_for_network(JobContext& job, const std::filesystem::path& file)
{
    const Status base{.phase = Phase::network};
    job.report(base);
    for (int looks = 1;; ++looks) {
        const auto text = job.system.read_file(file);
        const auto network = text ? Network::parse(*text) : Result<Network>(std::unexpected(text.error()));
        if (network) {
            job.log.stage("network-up", "address=" + network->address);
            return network;
        }
        if (looks < looks_before_a_word) {
            if (!job.system.sleep(job.stop, look_every))
                return cancelled();
            continue;
        }
        const auto why = network.error().reason == "network-malformed"
                             ? network.error()
                             : Error{"network-missing", "There is no address from the network yet."};
        if (!wait_visibly(job, base, why, 5))
            return cancelled();
        job.report(base);
        looks = looks_before_a_word / 2;
    }
}

/// Takes policies after ours, one by one, each accepted by the one before it: up to `newest`, or to the server's last.
/// True if there was one. While the clock is unknown, the server's certificate is checked without dates: a PC whose
/// clock stands in 1970 and whose preboot system knows an old key of the server's only has to get over both.
Result<bool> follow_policies(JobContext& job, const Status& base, std::optional<std::uint64_t> newest)
{
    const rootfs::RecordName name{"policy", "policy"};
    const auto ours = job.trust.policy().header.number;
    for (auto number = ours + 1; number <= newest.value_or(ours + max_policy_steps); ++number) {
        if (number - ours > max_policy_steps)
            return fail("number-gap", "The server speaks of policy {}, ours is {}.", *newest, ours);
        const auto envelope =
            retry(job, base, [&] { return job.api.record(name, number, job.trust.knows_time(), "", job.stop); });
        if (!envelope && envelope.error().reason == "http-404" && !newest)
            break;
        if (!envelope)
            return std::unexpected(envelope.error());
        if (auto taken = job.trust.take_policy(*envelope); !taken)
            return std::unexpected(taken.error());
    }
    return job.trust.policy().header.number > ours;
}

/// Notes a refusal; any other error is the caller's.
template <class T>
Result<void> accept_refusal(JobContext& job, const Result<T>& result, const char* record, Connected& connected)
{
    if (result)
        return {};
    if (!is_refusal(result.error()))
        return std::unexpected(result.error());
    job.log.refused(result.error(), record);
    connected.refusal = result.error();
    connected.refused = record;
    return {};
}

} // namespace

Result<Connected> connect(JobContext& job, PcKeys& keys, const std::filesystem::path& network_file,
                          const std::string& language)
{
    static_cast<void>(keys.find(job)); // a TPM takes its time, and the network, too
    auto network = wait_for_network(job, network_file);
    if (!network)
        return std::unexpected(network.error());
    auto* key = keys.find(job);
    Connected connected{.network = std::move(*network), .menu = {}};

    const Status base{.phase = Phase::server};
    auto stated = renew_statement(job, base);
    if (!stated && is_refusal(stated.error())) { // perhaps because the server has another key since our policy
        const auto newer = follow_policies(job, base, std::nullopt);
        if (newer && *newer)
            stated = renew_statement(job, base);
    }
    if (auto done = accept_refusal(job, stated, "statement/statement", connected); !done)
        return std::unexpected(done.error());

    auto welcome = retry(job, base, [&]() -> Result<Welcome> {
        auto answer = say_hello(job, connected.network, key);
        if (!answer && answer.error().reason == "tls" && connected.refusal)
            return std::unexpected(*connected.refusal); // which is why the clock is wrong, and the dates are
        return answer;
    });
    if (!welcome)
        return std::unexpected(welcome.error());
    auto menu = Menu::read(std::move(welcome->menu), language);
    if (!menu)
        return std::unexpected(menu.error());
    connected.menu = std::move(*menu);
    connected.pc = std::move(welcome->pc);
    if (connected.refusal)
        return connected;

    const auto newer = follow_policies(job, base, connected.menu.policy);
    if (auto done = accept_refusal(job, newer, "policy/policy", connected); !done)
        return std::unexpected(done.error());
    if (!connected.refusal)
        if (auto done = accept_refusal(job, job.trust.check_policy(), "policy/policy", connected); !done)
            return std::unexpected(done.error());
    return connected;
}

} // namespace farboot::agent
