#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/key_file.hpp"
#include "rootfs/cli/record_file.hpp"
#include "rootfs/cli/server_client.hpp"
#include "rootfs/cli/site_upload.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/record/policy.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

struct RecordOptions {
    std::string file;
    std::string policy;
    std::vector<std::string> keys;
    ServerOptions server;
    std::string store;
    bool draft = false;
    bool json = false;
};

Result<void> show_record(const RecordOptions& options)
{
    const auto record = load_record(options.file);
    if (!record)
        return std::unexpected(record.error());
    const auto payload = nlohmann::json::parse(record->envelope.payload);
    const auto digest = sha256(as_bytes(record->envelope.payload)).hex();
    std::vector<std::string> signers;
    for (const auto& signature : record->envelope.signatures)
        signers.push_back(signature.key_id);
    if (options.json) {
        say_json({{"payload", payload}, {"payload_digest", digest}, {"key_ids", signers}, {"verified", false}});
        return {};
    }
    say(fmt::format("{} number {}, payload {}", record->header.name.text(), record->header.number, digest));
    for (const auto& signer : signers)
        say(fmt::format("signature, not checked, by {}", signer));
    say(payload.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return {};
}

Result<void> verify_record(const RecordOptions& options)
{
    const auto text = read_file(options.policy, max_envelope_file);
    if (!text)
        return std::unexpected(text.error());
    const auto policy = Policy::load_pinned(*text);
    if (!policy)
        return std::unexpected(policy.error());
    const auto record = load_record(options.file);
    if (!record)
        return std::unexpected(record.error());
    const auto payload = policy->open(record->envelope, record->header.name);
    if (!payload)
        return std::unexpected(payload.error());
    if (options.json)
        say_json({{"type", record->header.name.type},
                  {"series", record->header.name.series},
                  {"number", record->header.number},
                  {"verified", true}});
    else
        say(fmt::format("{} number {}: accepted by policy number {}", record->header.name.text(), record->header.number,
                        policy->header.number));
    return {};
}

Result<void> sign_record(const RecordOptions& options)
{
    auto record = load_record(options.file);
    if (!record)
        return std::unexpected(record.error());
    const auto keys = load_signing_keys(options.keys);
    if (!keys)
        return std::unexpected(keys.error());
    for (const auto& key : *keys) {
        std::erase_if(record->envelope.signatures,
                      [&](const Signature& signature) { return signature.key_id == key.public_key().id(); });
        record->envelope.sign(key);
    }
    return write_file(options.file, as_bytes(record->envelope.to_json() + "\n"));
}

Result<void> send_record(const RecordOptions& options)
{
    const StopOnSignal stop;
    const auto record = load_record(options.file);
    if (!record)
        return std::unexpected(record.error());
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    if (!options.store.empty())
        if (auto done = upload_needs(*server, options.store, record->envelope.payload, stop.token()); !done)
            return done;
    if (auto sent = server->send(record->text, options.draft, stop.token()); !sent)
        return sent;
    const auto what = fmt::format("{} number {}", record->header.name.text(), record->header.number);
    note(options.draft ? what + " is there as a draft." : "Published " + what + ".");
    return {};
}

Result<void> list_records(const RecordOptions& options)
{
    const StopOnSignal stop;
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    const auto answer = server->get("/api/v1/records", stop.token());
    if (!answer)
        return std::unexpected(answer.error());
    const auto records = answer->value("records", nlohmann::json::array());
    if (options.json)
        say_json(records);
    else
        for (const auto& record : records)
            say(fmt::format("{} {}/{} {}  {}  {}  {}", record.value("current", false) ? "*" : " ",
                            record.value("type", ""), record.value("series", ""),
                            record.value("number", std::uint64_t{0}), record.value("state", ""),
                            record.value("published", ""), record.value("title", "")));
    return {};
}

} // namespace

void add_record_commands(CLI::App& app, Action& chosen)
{
    auto* group =
        app.add_subcommand("record", "Show, verify, sign and send signed records, and choose which version is offered");
    group->require_subcommand(1);
    const auto [show, show_options] =
        add_command(*group, chosen, "show", "Show a record, without checking its signatures", show_record);
    show->add_option("file", show_options->file, "The record's envelope")->required();
    show->add_flag("--json", show_options->json, "Print JSON");

    const auto [listed, list_options] = add_command(
        *group, chosen, "list", "List the records that a server has; * is what a series offers", list_records);
    listed->add_option("--server", list_options->server.url, "The server, https://…")->type_name("URL")->required();
    add_credentials(*listed, list_options->server);
    listed->add_flag("--json", list_options->json, "Print JSON");

    const auto [verify, verify_options] =
        add_command(*group, chosen, "verify", "Check that a policy accepts a record", verify_record);
    verify->add_option("file", verify_options->file, "The record's envelope")->required();
    verify->add_option("--policy", verify_options->policy, "The policy")->type_name("FILE")->required();
    verify->add_flag("--json", verify_options->json, "Print JSON");
    verify->footer("Example:\n  farboot record verify desktop.dsse --policy policy.dsse");

    const auto [sign, sign_options] =
        add_command(*group, chosen, "sign", "Add a signature to a record or policy", sign_record);
    sign->add_option("file", sign_options->file, "The envelope; it is replaced")->required();
    sign->add_option("--key", sign_options->keys, "Private keys to sign with")->type_name("KEY")->required();
    sign->footer("Where a policy wants several signers, each adds his own.\n\nExample:\n"
                 "  farboot record sign desktop.dsse --key bob.pem");

    const auto [send, send_options] = add_command(*group, chosen, "send", "Publish a record on a server", send_record);
    send->add_option("file", send_options->file, "The record's envelope")->required();
    add_server_options(*send, send_options->server);
    send->add_option("--store", send_options->store,
                     "The store that has what the record names: first the server gets what it lacks of that")
        ->type_name("DIR");
    send->add_flag("--draft", send_options->draft, "Do not offer it before \"farboot record publish\"");
    send->footer(
        "Example:\n  farboot record send desktop.dsse --store store --server https://boot.example.org --ca ca.pem "
        "\\\n      --token-file token");
}

} // namespace farboot::rootfs
