from apps.companies import personal_data, search
from apps.companies.api import router
from apps.core.plugins import Plugin

plugin = Plugin(
    app="companies", searches=search.SOURCES, personal_data=personal_data.HOLDINGS, routers={"/companies": router}
)
