#include "server/catalog/zones.hpp"

#include "server/rules/times.hpp"

#include <QDateTime>
#include <QTimeZone>

#include <map>
#include <mutex>

namespace farboot::catalog
{

namespace
{

std::shared_ptr<const rules::Zone> read_zone(const std::string& name)
{
    const auto id = QByteArray::fromStdString(name);
    if (!rules::is_zone_name(name) || !QTimeZone::isTimeZoneIdAvailable(id))
        return nullptr;
    const QTimeZone zone(id);
    // a day more on each side: local years begin earlier or later than those of UTC
    const QDateTime first(QDate(rules::first_year - 1, 12, 30), QTime(0, 0), Qt::UTC);
    const QDateTime last(QDate(rules::last_year + 1, 1, 3), QTime(0, 0), Qt::UTC);
    std::vector<rules::Zone::Step> steps;
    // Not transitions(): it ends with the zone's table, in 2037, where its rule would go on. A second later than the
    // last one, nextTransition() goes by the rule.
    for (auto after = first;;) {
        const auto step = zone.nextTransition(after);
        if (!step.atUtc.isValid() || step.atUtc > last)
            break;
        steps.push_back({std::chrono::sys_seconds(std::chrono::seconds(step.atUtc.toSecsSinceEpoch())),
                         std::chrono::seconds(step.offsetFromUtc)});
        after = step.atUtc.addSecs(1);
    }
    return std::make_shared<const rules::Zone>(std::chrono::seconds(zone.offsetFromUtc(first)), std::move(steps));
}

} // namespace

std::shared_ptr<const rules::Zone> find_zone(const std::string& name)
{
    static std::mutex mutex;
    static std::map<std::string, std::shared_ptr<const rules::Zone>> known;
    std::lock_guard lock(mutex);
    if (const auto found = known.find(name); found != known.end())
        return found->second;
    auto zone = read_zone(name);
    if (zone) // names that are none could be as many as somebody likes
        known.emplace(name, zone);
    return zone;
}

} // namespace farboot::catalog
