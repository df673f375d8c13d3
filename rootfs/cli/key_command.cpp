#include "rootfs/base/encoding.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/key_file.hpp"
#include "rootfs/image/file.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

struct KeyOptions {
    std::string file;
    std::string public_out;
    bool json = false;
};

Result<void> show(const PublicKey& key, const KeyOptions& options)
{
    if (!options.public_out.empty())
        if (auto done = write_file(options.public_out, as_bytes(public_key_text(key))); !done)
            return done;
    if (options.json)
        say_json({{"id", key.id()}, {"public", base64(key.raw)}});
    else
        say(fmt::format("id      {}\npublic  {}", key.id(), base64(key.raw)));
    return {};
}

Result<void> new_key(const KeyOptions& options)
{
    const auto key = SigningKey::generate();
    if (auto saved = key.save(options.file); !saved)
        return saved;
    return show(key.public_key(), options);
}

Result<void> show_key(const KeyOptions& options)
{
    const auto key = load_public_key(options.file);
    if (!key)
        return std::unexpected(key.error());
    return show(*key, options);
}

void add_options(CLI::App& command, KeyOptions& options)
{
    command
        .add_option("--public-out", options.public_out, "Also write the public key to this file, as one line of base64")
        ->type_name("FILE");
    command.add_flag("--json", options.json, "Print JSON");
}

} // namespace

void add_key_commands(CLI::App& app, Action& chosen)
{
    auto* group = app.add_subcommand("key", "Make and show signing keys (Ed25519)");
    group->require_subcommand(1);
    const auto [make, make_options] =
        add_command(*group, chosen, "new", "Make a private key in a new file (PEM, mode 0600)", new_key);
    make->add_option("file", make_options->file, "The file to make; never overwritten")->required();
    add_options(*make, *make_options);
    make->footer("Example:\n  farboot key new publisher.pem --public-out publisher.pub");

    const auto [show_command, show_options] =
        add_command(*group, chosen, "show", "Show the id and the public half of a key file", show_key);
    show_command->add_option("file", show_options->file, "A private key, or a public one (base64 or PEM)")->required();
    add_options(*show_command, *show_options);
    show_command->footer("Example:\n  farboot key show publisher.pem");
}

} // namespace farboot::rootfs
