#include "rootfs/nbd/plugin_settings.hpp"
#include "rootfs/base/number.hpp"

#include <fstream>
#include <map>
#include <sstream>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t most_file_bytes = 1 << 20;

Result<std::size_t> number(std::string_view key, std::string_view text, std::size_t lowest, std::size_t highest)
{
    const auto value = to_number<std::size_t>(text);
    if (!value || *value < lowest || *value > highest)
        return fail("setting", "{}={} cannot be used: it must be a number from {} to {}.", key, text, lowest, highest);
    return *value;
}

Result<std::string> read(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail("not-found", "The file {} cannot be read.", path.string());
    std::string text(most_file_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad())
        return fail("io", "The file {} cannot be read.", path.string());
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > most_file_bytes)
        return fail("too-long", "The file {} is longer than {} bytes.", path.string(), most_file_bytes);
    return text;
}

} // namespace

const char* PluginSettings::help()
{
    return "policy=<FILE>   (required) Envelope of the policy that says whom to trust.\n"
           "sources=<FILE>  JSON list of the stores to read from, best first.\n"
           "source=<URL>    Instead: one store's address. May be repeated, best first.\n"
           "tokens=<URL>    Where tokens for restricted images are given out (default: what sources says).\n"
           "session=<FILE>  Secret of this PC's session, shown there; the file may come later.\n"
           "record=<FILE>   Envelope of a record whose image is served. May be repeated.\n"
           "control=<SOCKET>  Unix socket for add, remove and status; required without record.\n"
           "ca=<FILE>       PEM file of the authorities to trust (default: the system's).\n"
           "cache=<MIB>     Memory for chunks, 1 to 65536 (default: 64).\n"
           "disk-cache=<DIR>  Folder on a local disk for chunks (default: none).\n"
           "disk-cache-size=<MIB>  Hard limit of what lies there, 40 to 1048576 (default: 4096).\n"
           "disk-view=<DIR>  Another reader's disk-cache, which is read besides.\n"
           "pin=true        Bring the whole image onto the local disk, and keep it there.\n"
           "give-up=<SECONDS>  Fail reads after so long without a source (default: 0, never).\n"
           "lock=true       Lock the process in memory: for root file systems.\n"
           "console=<FILE>  Say here that reads wait (default: standard error), such as /dev/kmsg.\n"
           "waiting=<FILE>  Is there as long as reads wait, for farboot-waiting (default: none).";
}

Result<void> PluginSettings::set(std::string_view key, std::string_view value)
{
    const std::map<std::string_view, std::filesystem::path*> paths{
        {"policy", &policy_},         {"sources", &sources_},     {"ca", &ca_},
        {"disk-cache", &disk_cache_}, {"disk-view", &disk_view_}, {"control", &control_},
        {"console", &console_},       {"session", &session_},     {"waiting", &waiting_}};
    const auto path = paths.find(key);
    if (path != paths.end() || key == "record") {
        if (!value.starts_with('/'))
            return fail("setting", "{}={} cannot be used: it must be an absolute path.", key, value);
        (key == "record" ? records_.emplace_back() : *path->second) = value;
        return {};
    }
    if (key == "source") {
        auto store = parse_source(value);
        if (!store)
            return fail("setting", "{}", store.error().sentence);
        if (stores_.size() == max_sources)
            return fail("setting", "source= may be given {} times at most.", max_sources);
        stores_.push_back(std::move(*store));
        return {};
    }
    if (key == "tokens") {
        auto url = parse_source(value);
        if (!url)
            return fail("setting", "{}", url.error().sentence);
        tokens_ = std::move(*url);
        return {};
    }
    if (key == "lock" || key == "pin") {
        if (value != "true" && value != "false")
            return fail("setting", "{}={} cannot be used: it must be true or false.", key, value);
        (key == "lock" ? lock_ : pin_) = value == "true";
        return {};
    }
    struct Number {
        std::size_t* value;
        std::size_t lowest;
        std::size_t highest;
    };
    const std::map<std::string_view, Number> numbers{{"cache", {&cache_mib_, 1, 65'536}},
                                                     {"disk-cache-size", {&disk_cache_mib_, 40, 1 << 20}},
                                                     {"give-up", {&give_up_seconds_, 0, 1'000'000}}};
    const auto known = numbers.find(key);
    if (known == numbers.end())
        return fail("setting", "There is no parameter {}.", key);
    const auto parsed = number(key, value, known->second.lowest, known->second.highest);
    if (!parsed)
        return std::unexpected(parsed.error());
    *known->second.value = *parsed;
    return {};
}

Result<void> PluginSettings::check() const
{
    if (policy_.empty() || sources_.empty() == stores_.empty())
        return fail("setting", "The parameters policy= and either sources= or source= are needed.");
    if (records_.empty() && control_.empty())
        return fail("setting", "Either record= (an image) or control= (a socket on which images are added) is needed.");
    if (!disk_view_.empty() && disk_cache_.empty())
        return fail("setting", "disk-view= needs disk-cache=: a folder of its own.");
    if (pin_ && (records_.size() != 1 || disk_cache_.empty()))
        return fail("setting", "pin=true needs one record= (which image) and disk-cache= (where it is kept).");
    return {};
}

Result<Policy> PluginSettings::policy() const
{
    const auto text = read(policy_);
    return text ? Policy::load_pinned(*text) : std::unexpected(text.error());
}

Result<std::vector<VerifiedImage>> PluginSettings::images(const Policy& policy) const
{
    std::vector<VerifiedImage> images;
    for (const auto& record : records_) {
        const auto text = read(record);
        if (!text)
            return std::unexpected(text.error());
        auto image = verify_image(policy, *text);
        if (!image)
            return std::unexpected(std::move(image.error()));
        images.push_back(std::move(*image));
    }
    return images;
}

Result<ReaderEngine::Options> PluginSettings::engine_options() const
{
    ReaderEngine::Options options;
    options.sources = stores_;
    if (stores_.empty()) {
        const auto text = read(sources_);
        if (!text)
            return std::unexpected(text.error());
        auto sources = parse_sources(*text);
        if (!sources)
            return std::unexpected(std::move(sources.error()));
        options.sources = std::move(sources->urls);
        options.tokens = std::move(sources->tokens);
    }
    if (!tokens_.empty())
        options.tokens = tokens_;
    options.session = session_;
    options.trust.ca_file = ca_;
    options.cache_bytes = cache_mib_ << 20;
    if (!disk_cache_.empty())
        options.disk = DiskCache::Options{disk_cache_, std::uint64_t{disk_cache_mib_} << 20, disk_view_, {}};
    if (give_up_seconds_ > 0)
        options.give_up = std::chrono::seconds(give_up_seconds_);
    return options;
}

} // namespace farboot::rootfs
