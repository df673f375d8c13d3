#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/key_file.hpp"
#include "rootfs/cli/policy_plan.hpp"
#include "rootfs/cli/record_file.hpp"
#include "rootfs/image/file.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

struct PolicyOptions {
    std::string old;
    std::uint64_t number = 1;
    PolicyPlan plan;
    std::vector<std::string> sign;
    std::string out;
    bool json = false;
};

Result<Policy> load_policy(const std::string& file)
{
    const auto text = read_file(file, max_envelope_file);
    if (!text)
        return std::unexpected(text.error());
    return Policy::load_pinned(*text);
}

Result<Envelope> sign(const Policy& policy, const PolicyOptions& options)
{
    const auto keys = load_signing_keys(options.sign);
    if (!keys)
        return std::unexpected(keys.error());
    Envelope envelope{payload_type_of("policy"), policy.to_json(), {}};
    for (const auto& key : *keys)
        envelope.sign(key);
    if (auto done = write_file(options.out, as_bytes(envelope.to_json() + "\n")); !done)
        return std::unexpected(std::move(done.error()));
    return envelope;
}

/// Others may still have to sign: that is no error, but must be said.
void note_missing(const Error& error, const std::string& file)
{
    note(fmt::format("{} is not yet accepted: {}", file, error.sentence));
    note(fmt::format("Its other signers run: farboot record sign {} --key KEY", file));
}

Result<void> new_policy(const PolicyOptions& options)
{
    Policy empty;
    empty.header = {{"policy", "policy"}, options.number};
    auto plan = options.plan;
    if (plan.policy.empty())
        plan.policy = options.sign;
    const auto policy = apply(plan, empty);
    if (!policy)
        return std::unexpected(policy.error());
    const auto envelope = sign(*policy, options);
    if (!envelope)
        return std::unexpected(envelope.error());
    if (const auto whole = Policy::load_pinned(envelope->to_json()); !whole)
        note_missing(whole.error(), options.out);
    return {};
}

Result<void> next_policy(const PolicyOptions& options)
{
    const auto old = load_policy(options.old);
    if (!old)
        return std::unexpected(old.error());
    auto base = *old;
    base.header.number += 1;
    const auto policy = apply(options.plan, base);
    if (!policy)
        return std::unexpected(policy.error());
    const auto envelope = sign(*policy, options);
    if (!envelope)
        return std::unexpected(envelope.error());
    if (const auto accepted = old->succeed(*envelope); !accepted)
        note_missing(accepted.error(), options.out);
    else if (const auto whole = Policy::load_pinned(envelope->to_json()); !whole)
        note_missing(whole.error(), options.out);
    return {};
}

Result<void> show_policy(const PolicyOptions& options)
{
    const auto policy = load_policy(options.old);
    if (!policy)
        return std::unexpected(policy.error());
    if (options.json) {
        say_json(nlohmann::json::parse(policy->to_json()));
        return {};
    }
    say(fmt::format("policy number {}", policy->header.number));
    for (const auto& role : policy->roles) {
        say(fmt::format("{} ({}): {} of {}", fmt::join(role.types, ", "), fmt::join(role.series, ", "), role.threshold,
                        role.keys.size()));
        for (const auto& id : role.keys)
            say(fmt::format("  {}  {}", id, policy->keys.at(id).name));
    }
    return {};
}

void add_options(CLI::App& command, PolicyOptions& options)
{
    command.add_option("--sign", options.sign, "Private keys to sign with")->type_name("KEY")->required();
    command.add_option("-o,--out", options.out, "The envelope to write")->type_name("FILE")->required();
    command.add_option("--threshold", options.plan.threshold, "How many of the publishers must sign a record")
        ->check(CLI::Range(1, 16));
    command
        .add_option("--policy-key", options.plan.policy,
                    "Keys of those who sign the next policy; without it a new policy takes the --sign keys")
        ->type_name("FILE");
    command.add_option("--policy-threshold", options.plan.policy_threshold, "How many of them must sign it")
        ->check(CLI::Range(1, 16));
}

} // namespace

void add_policy_commands(CLI::App& app, Action& chosen)
{
    auto* group = app.add_subcommand("policy", "Say which keys are trusted for what");
    group->require_subcommand(1);
    const auto [make, make_options] = add_command(*group, chosen, "new", "Make the first policy", new_policy);
    make->add_option("--number", make_options->number, "Its number; each policy is one higher than the one before")
        ->check(CLI::Range(std::uint64_t{1}, (std::uint64_t{1} << 53) - 1))
        ->capture_default_str();
    make->add_option("--publisher", make_options->plan.publishers, "Keys trusted for boot, vm and gui records")
        ->type_name("FILE")
        ->required();
    make->add_option("--statement", make_options->plan.statement,
                     "The server's online key, trusted for statements alone")
        ->type_name("FILE")
        ->required();
    add_options(*make, *make_options);
    make->footer("Key files are private keys, or public ones (base64 or PEM).\n\nExample:\n"
                 "  farboot policy new --publisher alice.pub bob.pub --threshold 2 --statement statement.pub \\\n"
                 "      --sign root.pem -o policy.dsse");

    const auto [next, next_options] =
        add_command(*group, chosen, "next", "Make the policy that follows an old one", next_policy);
    next->add_option("old", next_options->old, "The old policy")->required();
    next->add_option("--publisher", next_options->plan.publishers, "Keys in place of the old publishers'")
        ->type_name("FILE");
    next->add_option("--statement", next_options->plan.statement, "Keys in place of the old statement keys")
        ->type_name("FILE");
    add_options(*next, *next_options);
    next->footer("Roles that are not named stay as they are. Sign with the old policy's policy keys.\n\nExample:\n"
                 "  farboot policy next policy-1.dsse --publisher carol.pub --sign root.pem -o policy-2.dsse");

    const auto [show, show_options] = add_command(*group, chosen, "show", "Show what a policy says", show_policy);
    show->add_option("file", show_options->old, "The policy")->required();
    show->add_flag("--json", show_options->json, "Print JSON");
}

} // namespace farboot::rootfs
