#include "rootfs/system/next_start.hpp"

#include "rootfs/fetch/http.hpp"
#include "rootfs/kexec/cpio.hpp"
#include "rootfs/kexec/memory.hpp"
#include "rootfs/record/record.hpp"
#include "rootfs/system/fresh_record.hpp"
#include "rootfs/system/handed_files.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>

namespace farboot::rootfs
{

using nlohmann::json;

namespace
{

struct Given {
    std::string boot_token;
    std::string settings; ///< empty: none
};

bool is_ours(const std::string& address)
{
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0)
        return false;
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(all, ::freeifaddrs);
    in_addr wanted{};
    if (::inet_pton(AF_INET, address.c_str(), &wanted) != 1)
        return false;
    for (const auto* each = all; each != nullptr; each = each->ifa_next)
        if (each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET &&
            reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr.s_addr == wanted.s_addr)
            return true;
    return false;
}

/// The next system comes up with the address that this one was handed: somebody else may have it meanwhile.
Result<void> check_address(const std::filesystem::path& folder)
{
    const auto network = json::parse(handed_file(folder, "network.json"), nullptr, false);
    const auto address = network.is_object() ? network.value("address", json()) : json();
    if (!address.is_string())
        return {};
    const auto text = address.get<std::string>();
    if (!is_ours(text.substr(0, text.find('/'))))
        return fail("address-changed", "The network has given this PC another address than {} meanwhile.", text);
    return {};
}

std::vector<std::string> sources_in(const std::filesystem::path& folder)
{
    const auto body = json::parse(handed_file(folder, "sources.json"), nullptr, false);
    const auto list = body.is_object() ? body.value("sources", json()) : json();
    std::vector<std::string> urls;
    for (const auto& each : list)
        if (const auto url = each.is_object() ? each.value("url", json()) : json(); url.is_string())
            urls.push_back(url.get<std::string>());
    return urls;
}

/// From one source; what has come of a file that is not good stays behind.
Result<void> fetch_from(HttpClient& client, const std::string& source, const FileRef& file, OutputFile& into,
                        const std::stop_token& stop)
{
    Sha256 hash;
    Result<void> written;
    HttpRequest request;
    request.url = source + "/v1/files/" + file.digest.hex();
    request.max_body = file.size;
    const auto response = client.stream(
        std::move(request),
        [&](Bytes data) {
            hash.update(data);
            written = into.append(std::string_view(reinterpret_cast<const char*>(data.data()), data.size()));
            return written.has_value();
        },
        stop);
    if (!written)
        return written;
    if (!response)
        return std::unexpected(response.error());
    if (hash.finish() != file.digest)
        return fail("digest-mismatch", "The file {} of {} has other bytes than the record says.", file.digest.hex(),
                    source);
    return {};
}

Result<void> fetch_file(HttpClient& client, const std::vector<std::string>& sources, const FileRef& file,
                        OutputFile& into, const std::stop_token& stop)
{
    const auto begin = ::lseek(into.fd(), 0, SEEK_END);
    Result<void> done = fail("unreachable", "sources.json names no source.");
    for (const auto& source : sources) {
        if (::ftruncate(into.fd(), begin) != 0 || ::lseek(into.fd(), begin, SEEK_SET) < 0)
            return fail("memory-short", "The file {} cannot be begun anew.", file.digest.hex());
        done = fetch_from(client, source, file, into, stop);
        if (done || stop.stop_requested())
            break;
    }
    return done;
}

Result<Given> ask_for_boot(PcSession& session, const RecordHeader& header, const std::stop_token& stop)
{
    const auto answer = session.tell("boot-token", {{"record", header.name.text()}, {"number", header.number}}, stop);
    if (!answer)
        return std::unexpected(answer.error());
    const auto token = answer->value("token", json());
    const auto settings = answer->value("settings", json());
    return Given{token.is_string() ? token.get<std::string>() : "", settings.is_object() ? settings.dump() : ""};
}

/// The hand-over's time is now, for a clock that a kexec brings back to 1970. Of a lease nobody knows how much is left:
/// without a word of it the next system asks at once.
std::string with_time(const std::string& environment)
{
    std::string result;
    std::istringstream lines(environment);
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("TIME=") && !line.starts_with("LEASE="))
            result += line + "\n";
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return result + fmt::format("TIME={}\n", std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

std::string handover(const std::filesystem::path& folder, const FreshRecord& fresh, const BootRecord& record,
                     const Given& given)
{
    std::vector<CpioFile> files{{"record.dsse", fresh.record.envelope},
                                {"policy.dsse", fresh.policy},
                                {"handover.env", with_time(handed_file(folder, "handover.env"))}};
    for (const auto* name : {"ca.pem", "server.json", "sources.json", "network.json"})
        if (auto content = handed_file(folder, name); !content.empty())
            files.push_back({name, std::move(content)});
    if (!given.boot_token.empty())
        files.push_back({"boot-token", given.boot_token});
    const auto listed = std::ranges::find(record.data, "settings.json", &DataFile::name);
    if (!given.settings.empty() && listed != record.data.end() && given.settings.size() <= listed->max_bytes)
        files.push_back({"settings.json", given.settings});
    return cpio_archive("farboot", files);
}

} // namespace

Result<void> load_next_start(PcSession& session, const std::filesystem::path& folder, const RecordName& name,
                             const LoadKernel& load, const std::stop_token& stop, const std::filesystem::path& proc)
{
    if (auto same = check_address(folder); !same)
        return same;
    const auto fresh = fetch_fresh_record(session, folder, name, stop);
    if (!fresh)
        return std::unexpected(fresh.error());
    const auto record = BootRecord::parse(fresh->record.payload);
    if (!record)
        return std::unexpected(record.error());
    if (auto fits = check_memory(handed_file(proc, "meminfo"), total_bytes(*record)); !fits)
        return fits;
    auto kernel = OutputFile::in_memory("kernel");
    auto initramfs = OutputFile::in_memory("initramfs");
    if (!kernel || !initramfs)
        return std::unexpected(kernel ? initramfs.error() : kernel.error());
    const auto ca = folder / "ca.pem";
    HttpClient client({.ca_file = std::filesystem::exists(ca) ? ca.string() : "", .check_dates = true}, 1);
    const auto sources = sources_in(folder);
    if (auto done = fetch_file(client, sources, record->kernel, *kernel, stop); !done)
        return done;
    for (const auto& file : record->initramfs) {
        if (auto done = fetch_file(client, sources, file, *initramfs, stop); !done)
            return done;
        if (auto done = initramfs->align(); !done)
            return done;
    }
    // Last of all: it takes the place of any that the PC has.
    const auto given = ask_for_boot(session, fresh->record.header, stop);
    if (!given)
        return std::unexpected(given.error());
    if (auto done = initramfs->append(handover(folder, *fresh, *record, *given)); !done)
        return done;
    return load(std::move(*kernel), std::move(*initramfs), record->cmdline);
}

} // namespace farboot::rootfs
