#include "rootfs/cli/image_command.hpp"

#include "rootfs/cli/console.hpp"
#include "rootfs/image/image_diff.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

struct DiffOptions {
    std::string store;
    std::string a;
    std::string b;
    bool json = false;
};

nlohmann::json to_json(const ImageDiff::Part& part)
{
    return {{"chunks", part.chunks}, {"bytes", part.plain_bytes}, {"stored_bytes", part.stored_bytes}};
}

void say_part(const char* name, const ImageDiff::Part& part)
{
    say(fmt::format("{:<10}  {:>8} chunks  {:>8}  {:>8} compressed", name, part.chunks, bytes_text(part.plain_bytes),
                    bytes_text(part.stored_bytes)));
}

Result<void> diff(const DiffOptions& options)
{
    const auto a = open_image(options.store, options.a);
    if (!a)
        return std::unexpected(a.error());
    const auto b = open_image(options.store, options.b);
    if (!b)
        return std::unexpected(b.error());
    const auto diff = diff_images(*a, *b);
    if (!diff)
        return std::unexpected(diff.error());
    if (options.json) {
        say_json({{"a", a->manifest().ref().manifest.hex()},
                  {"b", b->manifest().ref().manifest.hex()},
                  {"shared", to_json(diff->shared)},
                  {"only_a", to_json(diff->only_a)},
                  {"only_b", to_json(diff->only_b)},
                  {"fetch_bytes", diff->fetch_bytes}});
        return {};
    }
    say_part("shared", diff->shared);
    say_part("only in A", diff->only_a);
    say_part("only in B", diff->only_b);
    say(fmt::format("A PC that has all of A fetches {} to have all of B.", bytes_text(diff->fetch_bytes)));
    return {};
}

} // namespace

void add_diff_command(CLI::App& group, Action& chosen)
{
    const auto [command, options] =
        add_command(group, chosen, "diff", "Show what two images share, and what a PC fetches for the second", diff);
    command->add_option("a", options->a, "The image that a PC has")->required();
    command->add_option("b", options->b, "The image that it is to have")->required();
    add_store_option(*command, options->store);
    command->add_flag("--json", options->json, "Print JSON");
    command->footer("Example:\n  farboot image diff 3b1f… 90ac… --store /srv/farboot/store");
}

} // namespace farboot::rootfs
