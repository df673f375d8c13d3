#include "rootfs/system/fresh_record.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/system/handed_files.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

constexpr int max_policy_steps = 1000; // as the preboot system's

Result<void> renew_statement(PcSession& session, Trust& trust, const std::stop_token& stop)
{
    const auto nonce = fresh_nonce();
    const auto asked = std::chrono::steady_clock::now();
    const auto body = nlohmann::json{{"nonce", base64(as_bytes(nonce))}}.dump();
    const auto envelope = session.ask("POST", "/api/v1/statement", body, stop);
    if (!envelope)
        return std::unexpected(envelope.error());
    if (const auto taken = trust.take_statement(*envelope, nonce, asked); !taken)
        return std::unexpected(taken.error());
    return trust.check_policy();
}

Result<void> take_next_policy(PcSession& session, Trust& trust, const std::stop_token& stop)
{
    const auto path = fmt::format("/api/v1/records/policy/policy/{}", trust.policy().header.number + 1);
    const auto envelope = session.ask("GET", path, "", stop);
    if (!envelope)
        return std::unexpected(envelope.error());
    return trust.take_policy(*envelope);
}

/// Until a statement is good, and says that the policy in force is: the server may have another key since ours.
Result<void> be_up_to_date(PcSession& session, Trust& trust, const std::stop_token& stop)
{
    for (int steps = 0;; ++steps) {
        auto stated = renew_statement(session, trust, stop);
        if (stated || steps == max_policy_steps || !take_next_policy(session, trust, stop))
            return stated;
    }
}

} // namespace

Result<FreshRecord> fetch_fresh_record(PcSession& session, const std::filesystem::path& folder, const RecordName& name,
                                       const std::stop_token& stop)
{
    auto envelope = handed_file(folder, "policy.dsse");
    auto policy = Policy::load_pinned(envelope);
    if (!policy)
        return fail("handover-malformed", "{}: {}", (folder / "policy.dsse").string(), policy.error().sentence);
    Trust trust(std::move(*policy), std::move(envelope));
    if (auto done = be_up_to_date(session, trust, stop); !done)
        return std::unexpected(done.error());
    const auto answer = session.ask("GET", "/api/v1/records/" + name.text(), "", stop);
    if (!answer)
        return std::unexpected(answer.error());
    auto record = trust.open(name, *answer);
    if (!record)
        return std::unexpected(record.error());
    return FreshRecord{std::move(*record), trust.policy_envelope()};
}

} // namespace farboot::rootfs
